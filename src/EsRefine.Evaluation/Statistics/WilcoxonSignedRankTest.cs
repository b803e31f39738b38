namespace EsRefine.Evaluation.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test, two-sided. Unlike the t-test it uses the ranks of the differences, so that a single outlier query cannot decide it.
/// </summary>
/// <remarks>Differences are rounded to 12 decimals; zeros are dropped; equal ones share their mean rank (scipy's <c>zero_method="wilcox"</c>).</remarks>
/// <param name="NonZero">Number of pairs that differ.</param>
/// <param name="PositiveRanks">W⁺: sum of the ranks of the pairs where a is greater than b.</param>
/// <param name="NegativeRanks">W⁻: sum of the ranks of the pairs where a is less than b.</param>
/// <param name="NormalP">p of the normal approximation, with the variance corrected for ties; NaN if no pair differs.</param>
/// <param name="NormalPWithContinuity">p of the normal approximation with continuity correction.</param>
/// <param name="ExactP">
/// min(1, 2·P(W ≤ min(W⁺, W⁻))) over all assignments of signs to the ranks. 1 if no pair differs. NaN if more than 1,000 pairs differ: the computation
/// takes n³ steps, and the normal approximation is as good for that many.
/// </param>
public readonly record struct WilcoxonSignedRankTest(
    int NonZero, double PositiveRanks, double NegativeRanks, double NormalP, double NormalPWithContinuity, double ExactP)
{
    private const int MostExact = 1_000;

    /// <summary>The test statistic, min(W⁺, W⁻).</summary>
    public double Statistic => Math.Min(PositiveRanks, NegativeRanks);

    /// <summary>Tests two systems.</summary>
    /// <param name="a">Values of system a, one for each query.</param>
    /// <param name="b">Values of system b for the same queries, in the same order.</param>
    public static WilcoxonSignedRankTest Paired(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double[] differences = [.. PairedDifferences.Rounded(a, b).Where(static difference => difference != 0).OrderBy(Math.Abs)];
        int count = differences.Length;

        // Mean ranks are multiples of one half. Doubling them makes all values of the exact distribution integers.
        int[] rankHalves = new int[count];
        double tieCorrection = 0;
        for (int start = 0, end; start < count; start = end)
        {
            for (end = start; end < count && Math.Abs(differences[end]) == Math.Abs(differences[start]); end++)
            {
            }

            Array.Fill(rankHalves, start + 1 + end, start, end - start);
            double ties = end - start;
            tieCorrection += (ties * ties * ties) - ties;
        }

        long positiveHalves = rankHalves.Where((_, i) => differences[i] > 0).Sum(static halves => (long)halves);
        long negativeHalves = rankHalves.Sum(static halves => (long)halves) - positiveHalves;
        double statistic = Math.Min(positiveHalves, negativeHalves) / 2.0;

        double n = count;
        double distance = statistic - (n * (n + 1) / 4);
        double deviation = Math.Sqrt((n * (n + 1) * ((2 * n) + 1) / 24) - (tieCorrection / 48));
        return new(
            count,
            positiveHalves / 2.0,
            negativeHalves / 2.0,
            NormalDistribution.TwoSidedTail(distance / deviation),
            NormalDistribution.TwoSidedTail((distance - (0.5 * Math.Sign(distance))) / deviation),
            count <= MostExact ? Exact(rankHalves, (int)Math.Min(positiveHalves, negativeHalves)) : double.NaN);
    }

    private static double Exact(int[] rankHalves, int statisticHalves) => Math.Min(1, 2 * SignedSums.Distribution(rankHalves).Take(statisticHalves + 1).Sum());
}
