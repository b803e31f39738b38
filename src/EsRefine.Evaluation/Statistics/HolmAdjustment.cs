namespace EsRefine.Evaluation.Statistics;

/// <summary>Holm's step-down adjustment: p-values that may be read side by side when several systems are tested at once.</summary>
public static class HolmAdjustment
{
    /// <summary>Adjusts p-values, in the order given: in ascending order the i-th of m (from 0) becomes (m − i)·p, at most 1 and never below the one before.</summary>
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
