using CsCheck;
using EsRefine.Evaluation.Measures;

namespace EsRefine.Evaluation.Tests.Measures;

public sealed class MeasureTests
{
    private static readonly Measure[] All =
    [
        new AveragePrecision(), new AveragePrecision(3), new Ndcg(), new Ndcg(3), new Ndcg(3, Gain.Exponential), new ReciprocalRank(), new Recall(3),
        new Precision(3), new BinaryPreference(), new Judged(3), new RocAuc(),
    ];

    // Few documents and few distinct scores, so that ties, unjudged documents and grades of every sign occur.
    private static readonly Gen<(RankedList List, TopicJudgments Judgments)> Topic = Gen.Select(
        Gen.Dictionary(Gen.Int[0, 20], Gen.Int[0, 5])[0, 15],
        Gen.Dictionary(Gen.Int[0, 20], Gen.Int[-1, 3])[0, 15],
        static (scores, grades) => (
            new RankedList(scores.Select(static pair => new ScoredDocument($"d{pair.Key}", pair.Value))),
            new TopicJudgments("q", grades.Select(static pair => KeyValuePair.Create($"d{pair.Key}", pair.Value)))));

    [Fact]
    public void Names_are_those_of_trec_eval() => Assert.Equal(
        ["map", "map_cut_3", "ndcg", "ndcg_cut_3", "ndcg_exp_3", "recip_rank", "recall_3", "P_3", "bpref", "judged_3", "roc_auc"],
        All.Select(static measure => measure.Name));

    [Fact]
    public void Values_lie_between_0_and_1_or_are_not_defined() => Topic.Sample(
        static topic => All.Select(measure => measure.Evaluate(topic.List, topic.Judgments)).All(static value => value is >= 0 and <= 1 + 1e-12 or double.NaN));

    [Fact]
    public void Ideal_ranking_scores_1() => Topic.Where(static topic => topic.Judgments.RelevantCount > 0).Sample(static topic =>
    {
        RankedList ideal = new(topic.Judgments.Grades.Select(static pair => new ScoredDocument(pair.Key, pair.Value)));
        Measure[] reachOne = [new AveragePrecision(), new Ndcg(), new Ndcg(3), new Ndcg(3, Gain.Exponential), new ReciprocalRank(), new BinaryPreference()];
        Assert.All(reachOne, measure => Assert.Equal(1, measure.Evaluate(ideal, topic.Judgments), 1e-12));
    });

    [Fact]
    public void Cutoff_beyond_the_list_changes_nothing() => Topic.Sample(static topic =>
        new AveragePrecision(1000).Evaluate(topic.List, topic.Judgments).Equals(new AveragePrecision().Evaluate(topic.List, topic.Judgments))
        && new Ndcg(1000).Evaluate(topic.List, topic.Judgments).Equals(new Ndcg().Evaluate(topic.List, topic.Judgments)));

    [Fact]
    public void Cut_average_precision_still_divides_by_all_relevant_documents()
    {
        RankedList list = new([new("a", 3), new("b", 2), new("c", 1)]);
        TopicJudgments judgments = new("q", [new("a", 1), new("c", 1), new("z", 1)]);

        Assert.Equal(1.0 / 3, new AveragePrecision(2).Evaluate(list, judgments), 1e-15);
        Assert.Equal((1 + (2.0 / 3)) / 3, new AveragePrecision(3).Evaluate(list, judgments), 1e-15);
    }

    [Fact]
    public void Gains_agree_on_binary_grades() => Topic.Sample(static topic =>
    {
        TopicJudgments binary = new("q", topic.Judgments.Grades.Select(static pair => KeyValuePair.Create(pair.Key, Math.Min(pair.Value, 1))));
        return new Ndcg(5).Evaluate(topic.List, binary).Equals(new Ndcg(5, Gain.Exponential).Evaluate(topic.List, binary));
    });

    [Fact]
    public void Roc_auc_counts_the_pairs_won() => Topic.Sample(static topic =>
    {
        ScoredDocument[] relevant = [.. topic.List.Where(document => topic.Judgments.IsRelevant(document.DocumentId))];
        ScoredDocument[] rest = [.. topic.List.Where(document => !topic.Judgments.IsRelevant(document.DocumentId))];
        double won = relevant.Sum(better => rest.Sum(worse => better.Score > worse.Score ? 1 : better.Score == worse.Score ? 0.5 : 0));
        return new RocAuc().Evaluate(topic.List, topic.Judgments).Equals(won / ((double)relevant.Length * rest.Length));
    });

    [Fact]
    public void Cutoff_below_1_is_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Recall(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Ndcg(-1));
    }
}
