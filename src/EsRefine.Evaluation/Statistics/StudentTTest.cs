namespace EsRefine.Evaluation.Statistics;

/// <summary>Student's paired t-test, two-sided: whether the mean difference of two systems over the queries is larger than chance explains.</summary>
/// <param name="MeanDifference">Mean of a − b.</param>
/// <param name="T">The mean difference in standard errors; infinite if all differences are equal, NaN if all are 0 or there are fewer
/// than two.</param>
/// <param name="DegreesOfFreedom">Pairs − 1.</param>
/// <param name="P">Probability of a |t| this large by chance; 1 if <paramref name="T"/> is NaN, because there is no evidence of a difference.</param>
public readonly record struct StudentTTest(double MeanDifference, double T, int DegreesOfFreedom, double P)
{
    /// <summary>Tests two systems.</summary>
    /// <param name="a">Values of system a, one for each query.</param>
    /// <param name="b">Values of system b for the same queries, in the same order.</param>
    public static StudentTTest Paired(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] differences = PairedDifferences.Of(a, b);
        int count = differences.Length;
        if (count < 2)
        {
            return new(count == 0 ? 0 : differences[0], double.NaN, Math.Max(0, count - 1), 1);
        }

        double mean = differences.Sum() / count;
        double variance = differences.Sum(difference => (difference - mean) * (difference - mean)) / (count - 1);
        double t = mean / Math.Sqrt(variance / count);
        return new(mean, t, count - 1, double.IsNaN(t) ? 1 : StudentDistribution.TwoSidedTail(t, count - 1));
    }
}
