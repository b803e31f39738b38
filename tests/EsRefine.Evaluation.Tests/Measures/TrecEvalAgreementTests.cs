using System.Text.Json;
using EsRefine.Evaluation.Measures;

namespace EsRefine.Evaluation.Tests.Measures;

public sealed class TrecEvalAgreementTests
{
    private static readonly Dictionary<string, Measure> MeasuresByName = new Measure[]
    {
        new AveragePrecision(), new Ndcg(), new Ndcg(10), new Ndcg(10, Gain.Exponential), new ReciprocalRank(), new Recall(10), new Recall(100),
        new Recall(1000), new Precision(10), new BinaryPreference(), new Judged(10),
    }.ToDictionary(static measure => measure.Name);

    [Fact]
    public void Every_value_of_every_query_agrees_with_trec_eval() => ForEveryCase((goldenCase, scores) =>
    {
        foreach (JsonProperty query in goldenCase.GetProperty("values").EnumerateObject())
        {
            double expected = query.Value.Double(scores.Measure.Name);
            GoldenMeasures.AssertClose(expected, scores.PerQuery[query.Name], $"{goldenCase.Name()}, {query.Name}, {scores.Measure}");
        }

        Assert.Equal(goldenCase.GetProperty("values").EnumerateObject().Count(), scores.PerQuery.Count);
    });

    [Fact]
    public void Mean_over_the_queries_in_both_agrees_with_trec_eval() => ForEveryCase((goldenCase, scores) =>
    {
        double expected = goldenCase.GetProperty("mean").Double(scores.Measure.Name);
        GoldenMeasures.AssertClose(expected, scores.Mean, $"{goldenCase.Name()}, {scores.Measure}");
    });

    [Fact]
    public void Mean_over_all_judged_queries_agrees_with_trec_eval_c() => ForEveryCase((goldenCase, scores) =>
    {
        double expected = goldenCase.GetProperty("mean_complete").Double(scores.Measure.Name);
        GoldenMeasures.AssertClose(expected, scores.CompleteMean, $"{goldenCase.Name()}, {scores.Measure}");
    });

    [Fact]
    public void Roc_auc_agrees_with_scikit_learn()
    {
        foreach (JsonElement goldenCase in GoldenMeasures.Section("auc").EnumerateArray())
        {
            bool[] labels = [.. goldenCase.Doubles("labels").Select(static label => label > 0)];
            GoldenMeasures.AssertClose(goldenCase.Double("auc"), RocAuc.Of(goldenCase.Doubles("scores"), labels), goldenCase.Name());
        }
    }

    private static void ForEveryCase(Action<JsonElement, MeasureScores> check)
    {
        foreach (JsonElement goldenCase in GoldenMeasures.RankingCases)
        {
            Run run = goldenCase.Run();
            Qrels qrels = goldenCase.Qrels();
            foreach (JsonProperty named in goldenCase.GetProperty("mean").EnumerateObject())
            {
                check(goldenCase, MeasureScores.Of(MeasuresByName[named.Name], run, qrels));
            }
        }
    }
}
