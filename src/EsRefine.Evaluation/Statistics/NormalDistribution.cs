namespace EsRefine.Evaluation.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    // Below this value the series of erf is used, whose terms are all positive. Above it the continued fraction of erfc is used, which is precise for small
    // tails.
    private const double SeriesUpTo = 3;

    /// <summary>P(|Z| ≥ |z|) = erfc(|z| / √2).</summary>
    internal static double TwoSidedTail(double z)
    {
        double x = Math.Abs(z) / Math.Sqrt(2);
        return x < SeriesUpTo ? 1 - ErfSeries(x) : ErfcFraction(x);
    }

    // erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1))
    private static double ErfSeries(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // erfc x = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), evaluated from the inside out. 100 levels suffice for x ≥ 3.
    private static double ErfcFraction(double x)
    {
        double fraction = x;
        for (int level = 100; level >= 1; level--)
        {
            fraction = x + (level / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
