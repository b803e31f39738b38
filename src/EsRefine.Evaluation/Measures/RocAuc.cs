namespace EsRefine.Evaluation.Measures;

/// <summary>
/// ROC AUC, "separation": the probability that a relevant document of the list scores higher than one that is not relevant. A tie counts one half.
/// </summary>
/// <remarks>
/// Only retrieved documents count, so the value describes a pool only if the list holds the whole pool. NaN if the list does not hold documents of both
/// kinds.
/// </remarks>
public sealed class RocAuc() : Measure("roc_auc")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments) =>
        Of([.. list.Select(static document => document.Score)], [.. list.Select(document => judgments.IsRelevant(document.DocumentId))]);

    /// <summary>Computes the area under the curve of any scores, as the Mann-Whitney statistic with mid-ranks.</summary>
    /// <param name="scores">n scores. A higher score means more likely positive. Must not hold NaN.</param>
    /// <param name="positive">n labels.</param>
    /// <returns>In [0, 1]; NaN if all labels are equal.</returns>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
        {
            throw new ArgumentException($"{scores.Length} scores but {positive.Length} labels", nameof(positive));
        }

        double[] sorted = scores.ToArray();
        bool[] labels = positive.ToArray();
        Array.Sort(sorted, labels);

        // Counts won pairs in halves: a positive beats every negative below its block of equal scores, and ties with those in the block.
        double halves = 0;
        long negativesBelow = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            long positivesInside = 0;
            long negativesInside = 0;
            for (end = start; end < sorted.Length && sorted[end] == sorted[start]; end++)
            {
                _ = labels[end] ? positivesInside++ : negativesInside++;
            }

            halves += positivesInside * ((2.0 * negativesBelow) + negativesInside);
            negativesBelow += negativesInside;
        }

        return halves / (2.0 * negativesBelow * (sorted.Length - negativesBelow));
    }
}
