namespace EsRefine.Evaluation.Statistics;

/// <summary>What every paired test starts from: a − b for each query.</summary>
internal static class PairedDifferences
{
    // Measures are quotients of small integers, so differences that are equal on paper (0.6 − 0.0 and 0.8 − 0.2) differ in the last bits of a double;
    // twelve decimals make them equal again and are far finer than any difference two rankings can show.
    private const int Decimals = 12;

    /// <summary>a − b, as doubles give it.</summary>
    /// <exception cref="ArgumentException">The lists have different lengths.</exception>
    internal static double[] Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"a paired test needs a value of both systems for each query, but there are {a.Length} and {b.Length}", nameof(b));
        }

        double[] differences = new double[a.Length];
        for (int i = 0; i < a.Length; i++)
        {
            differences[i] = a[i] - b[i];
        }

        return differences;
    }

    /// <summary>a − b without the noise of double arithmetic.</summary>
    internal static double[] Rounded(ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
        Array.ConvertAll(Of(a, b), static difference => Math.Round(difference, Decimals));
}
