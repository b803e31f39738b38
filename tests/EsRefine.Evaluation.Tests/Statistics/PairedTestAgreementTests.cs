using System.Globalization;
using System.Text.Json;
using EsRefine.Evaluation.Statistics;

namespace EsRefine.Evaluation.Tests.Statistics;

public sealed class PairedTestAgreementTests
{
    [Fact]
    public void T_test_agrees_with_scipy() => ForEveryCase(static (goldenCase, a, b) =>
    {
        JsonElement expected = goldenCase.GetProperty("t_test");
        StudentTTest test = StudentTTest.Paired(a, b);
        Assert.Equal(expected.GetProperty("df").GetInt32(), test.DegreesOfFreedom);
        GoldenMeasures.AssertClose(goldenCase.Double("mean_difference"), test.MeanDifference, goldenCase.Name());
        double t = expected.Double("t");
        Assert.True(t.Equals(test.T) || Math.Abs(t - test.T) <= GoldenMeasures.Tolerance * Math.Abs(t), $"{goldenCase.Name()}: t {test.T:R}");

        // If all differences are 0, scipy returns no p. Here p is 1.
        GoldenMeasures.AssertClose(double.IsNaN(t) ? 1 : expected.Double("p"), test.P, goldenCase.Name());
    });

    [Fact]
    public void Wins_ties_and_losses_are_counted() => ForEveryCase(static (goldenCase, a, b) => Assert.Equal(
        new WinTieLoss(goldenCase.GetProperty("wins").GetInt32(), goldenCase.GetProperty("ties").GetInt32(), goldenCase.GetProperty("losses").GetInt32()),
        WinTieLoss.Of(a, b)));

    [Fact]
    public void Wilcoxon_test_agrees_with_scipy() => ForEveryCase(static (goldenCase, a, b) =>
    {
        JsonElement expected = goldenCase.GetProperty("wilcoxon");
        WilcoxonSignedRankTest test = WilcoxonSignedRankTest.Paired(a, b);
        Assert.Equal(expected.GetProperty("nonzero").GetInt32(), test.NonZero);
        Assert.Equal(expected.Double("w_plus"), test.PositiveRanks);
        Assert.Equal(expected.Double("w_minus"), test.NegativeRanks);
        Assert.Equal(expected.Double("statistic"), test.Statistic);
        GoldenMeasures.AssertClose(expected.Double("p_normal"), test.NormalP, goldenCase.Name());
        GoldenMeasures.AssertClose(expected.Double("p_normal_continuity"), test.NormalPWithContinuity, goldenCase.Name());
        GoldenMeasures.AssertClose(expected.Double("p_exact"), test.ExactP, goldenCase.Name());
    });

    [Fact]
    public void Sign_flip_test_agrees_with_the_exact_distribution() => ForEveryCase(static (goldenCase, a, b) =>
    {
        SignFlipTest test = SignFlipTest.Paired(a, b);
        Assert.True(test.Exact, goldenCase.Name());
        GoldenMeasures.AssertClose(goldenCase.GetProperty("sign_flip").Double("p"), test.P, goldenCase.Name());
    });

    [Fact]
    public void Bootstrap_interval_agrees_bit_for_bit()
    {
        JsonElement bootstrap = GoldenMeasures.Section("bootstrap");
        Assert.Equal(BootstrapInterval.DefaultSeed, bootstrap.GetProperty("seed").GetUInt64());
        SplitMix64 generator = new(BootstrapInterval.DefaultSeed);
        foreach (JsonElement output in bootstrap.GetProperty("first_outputs").EnumerateArray())
        {
            Assert.Equal(output.GetString(), generator.Next().ToString("x16", CultureInfo.InvariantCulture));
        }

        ForEveryCase(static (goldenCase, a, b) =>
        {
            JsonElement expected = goldenCase.GetProperty("bootstrap");
            double[] differences = [.. a.Zip(b, static (x, y) => x - y)];
            SplitMix64 indices = new(BootstrapInterval.DefaultSeed);
            foreach (JsonElement index in expected.GetProperty("first_indices").EnumerateArray())
            {
                Assert.Equal(index.GetInt32(), indices.NextIndex(differences.Length));
            }

            string[] means = [.. expected.GetProperty("first_means_bits").EnumerateArray().Select(static bits => bits.GetString()!)];
            Assert.Equal(means, BootstrapInterval.ResampledMeans(differences, new SplitMix64(BootstrapInterval.DefaultSeed), means.Length).Select(Bits));

            BootstrapInterval interval = BootstrapInterval.OfMeanDifference(a, b);
            Assert.Equal(expected.GetProperty("lower_bits").GetString(), Bits(interval.Lower));
            Assert.Equal(expected.GetProperty("upper_bits").GetString(), Bits(interval.Upper));
        });
    }

    [Fact]
    public void Holm_adjustment_agrees_with_statsmodels()
    {
        foreach (JsonElement goldenCase in GoldenMeasures.Section("holm").EnumerateArray())
        {
            double[] expected = goldenCase.Doubles("adjusted");
            double[] adjusted = HolmAdjustment.Adjust(goldenCase.Doubles("p"));
            Assert.Equal(expected.Length, adjusted.Length);
            Assert.All(expected.Zip(adjusted), static pair => GoldenMeasures.AssertClose(pair.First, pair.Second, "adjusted p"));
        }
    }

    private static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static void ForEveryCase(Action<JsonElement, double[], double[]> check)
    {
        foreach (JsonElement goldenCase in GoldenMeasures.PairedTests)
        {
            check(goldenCase, goldenCase.Doubles("a"), goldenCase.Doubles("b"));
        }
    }
}
