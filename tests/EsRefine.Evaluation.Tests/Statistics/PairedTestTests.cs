using CsCheck;
using EsRefine.Evaluation.Statistics;

namespace EsRefine.Evaluation.Tests.Statistics;

public sealed class PairedTestTests
{
    private static readonly Gen<(double A, double B)[]> Pairs = Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]).Array[2, 30];

    [Fact]
    public void Swapping_the_systems_swaps_signs_and_keeps_p() => Pairs.Sample(static pairs =>
    {
        double[] a = [.. pairs.Select(static pair => pair.A)];
        double[] b = [.. pairs.Select(static pair => pair.B)];
        (StudentTTest t, StudentTTest swappedT) = (StudentTTest.Paired(a, b), StudentTTest.Paired(b, a));
        Assert.Equal(t.T, -swappedT.T);
        Assert.Equal(t.P, swappedT.P);

        (WilcoxonSignedRankTest w, WilcoxonSignedRankTest swappedW) = (WilcoxonSignedRankTest.Paired(a, b), WilcoxonSignedRankTest.Paired(b, a));
        Assert.Equal((w.PositiveRanks, w.NegativeRanks, w.ExactP), (swappedW.NegativeRanks, swappedW.PositiveRanks, swappedW.ExactP));
        Assert.Equal(SignFlipTest.Paired(a, b).P, SignFlipTest.Paired(b, a).P, 1e-12);
    }, iter: 30);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Fewer_than_two_queries_give_no_evidence(int queries)
    {
        double[] a = [.. Enumerable.Repeat(0.5, queries)];
        double[] b = [.. Enumerable.Repeat(0.25, queries)];

        Assert.Equal(1, StudentTTest.Paired(a, b).P);
        Assert.Equal(1, WilcoxonSignedRankTest.Paired(a, b).ExactP);
        Assert.Equal(1, SignFlipTest.Paired(a, b).P);
        Assert.Equal(queries * 0.25, BootstrapInterval.OfMeanDifference(a, b).Lower);
    }

    [Fact]
    public void Lists_of_different_length_are_rejected() => Assert.Throws<ArgumentException>(static () => StudentTTest.Paired([1, 2, 3], [1, 2]));

    [Fact]
    public void Differences_below_the_tolerance_tie() =>
        Assert.Equal(new WinTieLoss(1, 2, 1), WinTieLoss.Of([0.5, 0.5 + 9e-10, 0.6, 0.2], [0.5, 0.5, 0.5, 0.3]));

    [Fact]
    public void Sign_flip_test_with_rounded_differences_is_close_to_sampling()
    {
        // Thirty differences with twelve decimals need a lattice of more than a million steps, so they are rounded.
        SplitMix64 generator = new(7);
        double[] a = [.. Enumerable.Range(0, 30).Select(_ => (double.ScaleB(generator.Next(), -64) - 0.4) / 3)];
        SignFlipTest test = SignFlipTest.Paired(a, new double[a.Length]);

        double observed = Math.Abs(a.Sum());
        const int Samples = 200_000;
        int atLeast = Enumerable.Range(0, Samples).Count(_ =>
        {
            ulong signs = generator.Next();
            return Math.Abs(a.Select((difference, i) => (signs >> i & 1) == 0 ? difference : -difference).Sum()) >= observed;
        });

        Assert.False(test.Exact);
        Assert.Equal((double)atLeast / Samples, test.P, 0.005);
    }

    [Fact]
    public void Sums_of_signs_are_the_binomial_distribution() =>
        Assert.Equal(new[] { 1, 0, 4, 0, 6, 0, 4, 0, 1 }.Select(static ways => ways / 16.0), SignedSums.Distribution([2, 2, 2, 2]));
}
