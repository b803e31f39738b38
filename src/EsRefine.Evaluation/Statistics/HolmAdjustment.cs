namespace EsRefine.Evaluation.Statistics;

/// <summary>Holm's step-down adjustment of p-values, for testing several systems at once.</summary>
public static class HolmAdjustment
{
    /// <summary>
    /// Adjusts p-values and returns them in the order given. The i-th smallest of m (from 0) becomes (m − i)·p, but at most 1 and at least the value before it.
    /// </summary>
    public static double[] Adjust(ReadOnlySpan<double> pValues)
    {
        double[] sorted = pValues.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        double[] adjusted = new double[sorted.Length];
        double before = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            before = Math.Max(before, Math.Min(1, (sorted.Length - i) * sorted[i]));
            adjusted[order[i]] = before;
        }

        return adjusted;
    }
}
