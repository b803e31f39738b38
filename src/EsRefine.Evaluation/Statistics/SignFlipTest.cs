namespace EsRefine.Evaluation.Statistics;

/// <summary>
/// Fisher's randomization test, two-sided. If the systems were equal, each difference could equally well have the opposite sign. P is the probability that
/// the sum is then at least as far from 0 as observed.
/// </summary>
/// <remarks>
/// P(|Σ ±dᵢ| ≥ |Σ dᵢ|) over all assignments of signs, including the observed one, without sampling. Up to 20 nonzero differences are enumerated. More
/// are expressed as whole numbers of steps on a lattice, where the exact distribution is computed. This is lossless if the differences are decimals of
/// few digits. Otherwise each is rounded to a millionth of Σ |dᵢ|, which changes p in its fourth digit at most for a few hundred queries.
/// </remarks>
/// <param name="P">The probability.</param>
/// <param name="Exact">False if the differences had to be rounded to the lattice.</param>
public readonly record struct SignFlipTest(double P, bool Exact)
{
    // 2²⁰ sums of 8 bytes: fast to compute, and about the size of the lattice.
    private const int MostEnumerated = 20;
    private const int MostSteps = 1_000_000;

    // Mathematically equal sums of doubles can differ by rounding. Sums of measured values that really differ are not this close.
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
        // Builds all sums by doubling: the first half adds the next difference, the second half subtracts it.
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

    /// <summary>The differences as integer multiples of the coarsest power of ten that represents all of them; null if that takes too many steps.</summary>
    private static int[]? DecimalSteps(double[] differences)
    {
        double total = differences.Sum(Math.Abs);
        for (double perUnit = 1; total * perUnit <= MostSteps; perUnit *= 10)
        {
            // Differences have 12 decimals, so a product that is within rounding error of an integer is that integer.
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

    // If W is the sum of the magnitudes with a plus sign, the signed sum is 2W − Σ magnitudes.
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
