namespace EsRefine.Evaluation.Measures;

/// <summary>ROC AUC, "separation": the chance that a relevant document of the list scores above one that is not, a tie counting one half.</summary>
/// <remarks>It looks at the retrieved documents only, so it says something about a whole pool when the list holds the whole pool. NaN without documents of both kinds.</remarks>
public sealed class RocAuc() : Measure("roc_auc")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments) =>
        Of([.. list.Select(static document => document.Score)], [.. list.Select(document => judgments.IsRelevant(document.DocumentId))]);

    /// <summary>The area under the curve of any scores: the Mann-Whitney statistic, by mid-ranks.</summary>
    /// <param name="scores">n scores, higher meaning more likely positive; none NaN.</param>
    /// <param name="positive">n labels.</param>
    /// <returns>In [0, 1]; NaN where the labels are all alike.</returns>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
        {
            throw new ArgumentException($"{scores.Length} scores but {positive.Length} labels", nameof(positive));
        }

        double[] sorted = scores.ToArray();
        bool[] labels = positive.ToArray();
        Array.Sort(sorted, labels);

        // Pairs won, in halves: a positive beats every negative below its block of equal scores and half of those inside.
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
