using EsRefine.Evaluation;
using EsRefine.Evaluation.Measures;
using EsRefine.Evaluation.Statistics;

namespace EsRefine.Evaluating;

/// <summary>The scores of one system on each query. Rankings are scored as they arrive and not kept.</summary>
/// <param name="name"><c>knn</c>, <c>rerank</c>, or a rule's name.</param>
/// <param name="queryCount">Places for results; each is filled by one thread.</param>
internal sealed class SystemScores(string name, int queryCount)
{
    private static readonly AveragePrecision Map = new();
    private static readonly AveragePrecision MapCut1000 = new(1000);
    private static readonly Ndcg NdcgCut10 = new(10);
    private static readonly Recall Recall100 = new(100);

    private readonly QueryScores?[] _scores = new QueryScores?[queryCount];

    /// <summary>Measures one query's ranking.</summary>
    public void Measure(int query, RankedList ranking, TopicJudgments judgments, float angle = 0) => _scores[query] = new(
        Map.Evaluate(ranking, judgments),
        MapCut1000.Evaluate(ranking, judgments),
        NdcgCut10.Evaluate(ranking, judgments),
        Recall100.Evaluate(ranking, judgments),
        angle);

    /// <summary>Means over the scored queries, compared with <paramref name="baseline"/> if it is given.</summary>
    public SystemReport Report(SystemScores? baseline)
    {
        QueryScores[] scores = Measured;
        SystemReport report = new()
        {
            Name = name,
            Map = scores.Average(static query => query.Map),
            MapCut1000 = scores.Average(static query => query.MapCut1000),
            NdcgCut10 = scores.Average(static query => query.NdcgCut10),
            Recall100 = scores.Average(static query => query.Recall100),
        };
        if (baseline is null)
        {
            return report;
        }

        double[] mine = Array.ConvertAll(scores, static query => query.Map);
        double[] theirs = Array.ConvertAll(baseline.Measured, static query => query.Map);
        WinTieLoss winTieLoss = WinTieLoss.Of(mine, theirs);
        return report with
        {
            DeltaMap = report.Map - theirs.Average(),
            PValue = StudentTTest.Paired(mine, theirs).P,
            Win = winTieLoss.Wins,
            Tie = winTieLoss.Ties,
            Loss = winTieLoss.Losses,
        };
    }

    /// <summary>The same for a rule, with the number of refined vectors and their mean angle.</summary>
    public SystemReport ReportRule(SystemScores baseline)
    {
        QueryScores[] moved = [.. Measured.Where(static query => query.Angle > 0)];
        return Report(baseline) with { Refined = moved.Length, MeanAngle = moved.Length == 0 ? 0 : moved.Average(static query => query.Angle) };
    }

    private QueryScores[] Measured => [.. _scores.OfType<QueryScores>()];

    private sealed record QueryScores(double Map, double MapCut1000, double NdcgCut10, double Recall100, double Angle);
}
