namespace EsRefine.Evaluation.Statistics;

/// <summary>Fisher's randomization test, two-sided: if the systems were alike, each difference could as well have had the other sign. How often is the sum then this far from 0?</summary>
/// <remarks>
/// P(|Σ ±dᵢ| ≥ |Σ dᵢ|) over all assignments, the observed one included; no sampling. Up to 20 differences that are not 0 are enumerated. More are laid on a lattice of steps
/// and their exact distribution is computed there: without loss where the differences are decimals of few digits, else after rounding each to a millionth of Σ |dᵢ|
/// (for a few hundred queries that moves p in its fourth digit at most).
/// </remarks>
/// <param name="P">The probability.</param>
/// <param name="Exact">False where the differences had to be rounded to the lattice.</param>
public readonly record struct SignFlipTest(double P, bool Exact)
{
    // 2²⁰ sums of 8 bytes: a blink, and as large as the lattice.
    private const int MostEnumerated = 20;
    private const int MostSteps = 1_000_000;

    // Sums of doubles that are equal on paper differ by rounding; two different sums of measured values do not come this close.
    private const double Tolerance = 1e-9;

    /// <summary>Tests two systems.</summary>
    /// <param name="a">Values of system a, one for each query.</param>
    /// <param name="b">Values of system b for the same queries, in the same order.</param>
    public static SignFlipTest Paired(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] differences = [.. PairedDifferences.Rounded(a, b).Where(static difference => difference != 0)];
        if (differences.Length <= MostEnumerated)
        {
            return new(Enumerated(differences), Exact: true);
        }

        return DecimalSteps(differences) is { } steps
            ? new(OnLattice(steps), Exact: true)
            : new(OnLattice(RoundedSteps(differences)), Exact: false);
    }

    private static double Enumerated(double[] differences)
    {
        // Every sum, built by doubling: the first half adds the next difference, the second subtracts it.
        double[] sums = new double[1 << differences.Length];
        int filled = 1;
        foreach (double difference in differences)
        {
            for (int i = 0; i < filled; i++)
            {
                sums[filled + i] = sums[i] - difference;
                sums[i] += difference;
            }

            filled *= 2;
        }

        double threshold = Math.Abs(differences.Sum()) - (Tolerance * differences.Sum(Math.Abs));
        return (double)sums.Count(sum => Math.Abs(sum) >= threshold) / sums.Length;
    }

    /// <summary>The differences as whole numbers of the coarsest power of ten that holds them all; null where that takes too many steps.</summary>
    private static int[]? DecimalSteps(double[] differences)
    {
        double total = differences.Sum(Math.Abs);
        for (double perUnit = 1; total * perUnit <= MostSteps; perUnit *= 10)
        {
            // Differences carry 12 decimals, so what is a whole number up to the noise of this product is one.
            if (differences.All(difference => Math.Abs((difference * perUnit) - Math.Round(difference * perUnit)) < 1e-12 * perUnit))
            {
                return Array.ConvertAll(differences, difference => (int)Math.Round(difference * perUnit));
            }
        }

        return null;
    }

    private static int[] RoundedSteps(double[] differences)
    {
        double total = differences.Sum(Math.Abs);
        return Array.ConvertAll(differences, difference => (int)Math.Round(difference / total * MostSteps));
    }

    // With W the sum of the sizes whose sign is plus, the signed sum is 2W − Σ sizes.
    private static double OnLattice(int[] steps)
    {
        double[] distribution = SignedSums.Distribution(Array.ConvertAll(steps, Math.Abs));
        int total = distribution.Length - 1;
        int observed = Math.Abs(steps.Sum());
        double tail = 0;
        for (int plus = 0; plus < distribution.Length; plus++)
        {
            tail += Math.Abs((2 * plus) - total) >= observed ? distribution[plus] : 0;
        }

        return Math.Min(1, tail);
    }
}
