namespace EsRefine.Evaluation.Statistics;

/// <summary>The input of every paired test: a − b for each query.</summary>
internal static class PairedDifferences
{
    // Measures are quotients of small integers. Differences that are mathematically equal (0.6 − 0.0 and 0.8 − 0.2) differ in the last bits of a double.
    // Rounding to twelve decimals makes them equal and is far finer than any real difference between two rankings.
    private const int Decimals = 12;

    /// <summary>a − b, unrounded.</summary>
    /// <exception cref="ArgumentException">The lists have different lengths.</exception>
    internal static double[] Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"a paired test needs as many values of system a ({a.Length}) as of system b ({b.Length}), one per query", nameof(b));
        }

        double[] differences = new double[a.Length];
        for (int i = 0; i < a.Length; i++)
        {
            differences[i] = a[i] - b[i];
        }

        return differences;
    }

    /// <summary>a − b, rounded to remove the rounding errors of double arithmetic.</summary>
    internal static double[] Rounded(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        Array.ConvertAll(Of(a, b), static difference => Math.Round(difference, Decimals));
}
