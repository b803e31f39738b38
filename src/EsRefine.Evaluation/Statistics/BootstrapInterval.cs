namespace EsRefine.Evaluation.Statistics;

/// <summary>A 95% confidence interval for the mean difference of two systems, by the percentile bootstrap. Bit-identical on every machine.</summary>
/// <param name="Lower">The 250th smallest of 10,000 resampled means.</param>
/// <param name="Upper">The 250th largest.</param>
public readonly record struct BootstrapInterval(double Lower, double Upper)
{
    /// <summary>The default seed.</summary>
    public const ulong DefaultSeed = 20261125;

    private const int Replicates = 10_000;
    private const int Tail = 250;

    /// <summary>Resamples the queries. Both bounds are 0 if there are no queries.</summary>
    /// <param name="a">Values of system a, one for each query.</param>
    /// <param name="b">Values of system b for the same queries, in the same order.</param>
    /// <param name="seed">Seed of the resampling. Other seeds show how much the interval varies by chance.</param>
    public static BootstrapInterval OfMeanDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ulong seed = DefaultSeed)
    {
        double[] differences = PairedDifferences.Of(a, b);
        if (differences.Length == 0)
        {
            return default;
        }

        double[] means = ResampledMeans(differences, new SplitMix64(seed), Replicates);
        Array.Sort(means);
        return new(means[Tail - 1], means[Replicates - Tail]);
    }

    /// <summary>Means of samples drawn with replacement. Values are added in the order drawn, because another order would change the last bits.</summary>
    internal static double[] ResampledMeans(double[] differences, SplitMix64 generator, int replicates)
    {
        double[] means = new double[replicates];
        for (int replicate = 0; replicate < replicates; replicate++)
        {
            double sum = 0;
            for (int draw = 0; draw < differences.Length; draw++)
            {
                sum += differences[generator.NextIndex(differences.Length)];
            }

            means[replicate] = sum / differences.Length;
        }

        return means;
    }
}
