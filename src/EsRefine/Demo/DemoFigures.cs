using EsRefine.Evaluation.Measures;
using EsRefine.Evaluation.Statistics;

namespace EsRefine.Demo;

/// <summary>All questions together.</summary>
/// <param name="Questions">How many there are.</param>
/// <param name="Map">Mean average precision over the whole index, before and after.</param>
/// <param name="Ndcg10">nDCG@10, before and after.</param>
/// <param name="Comparison">On how many questions the sidecar's average precision is better, as good, worse.</param>
/// <param name="PValue">Paired two-sided t-test on average precision.</param>
/// <param name="Outcomes">How many searches ended how, the most frequent first.</param>
internal sealed record DemoFigures(
    int Questions, (double Before, double After) Map, (double Before, double After) Ndcg10, WinTieLoss Comparison, double PValue,
    IReadOnlyList<KeyValuePair<string, int>> Outcomes)
{
    private static readonly AveragePrecision AveragePrecision = new();
    private static readonly Ndcg Ndcg = new(10);

    /// <summary>Searches that went out with a refined vector.</summary>
    public int Refined => Outcomes.FirstOrDefault(static outcome => outcome.Key == RefinementOutcome.Refined.ToName()).Value;

    public static DemoFigures Of(IReadOnlyList<QuestionResult> results)
    {
        (double Before, double After)[] precision = [.. results.Select(static result => result.Measure(AveragePrecision)!.Value)];
        (double Before, double After)[] gain = [.. results.Select(static result => result.Measure(Ndcg)!.Value)];
        double[] before = Array.ConvertAll(precision, static pair => pair.Before);
        double[] after = Array.ConvertAll(precision, static pair => pair.After);
        return new DemoFigures(
            results.Count, (before.Average(), after.Average()), (gain.Average(static pair => pair.Before), gain.Average(static pair => pair.After)),
            WinTieLoss.Of(after, before), StudentTTest.Paired(after, before).P,
            [.. results.CountBy(static result => result.After.Outcome).OrderByDescending(static outcome => outcome.Value)]);
    }
}
