using EsRefine.Evaluation.Statistics;

namespace EsRefine.Evaluation.Tests.Statistics;

public sealed class DistributionTests
{
    // Forty-digit values of mpmath: betainc(v/2, 1/2, 0, v/(v+t²), regularized).
    [Theory]
    [InlineData(1e-8, 3, 0.99999999264894806)]
    [InlineData(0.5, 7, 0.63240713568928422)]
    [InlineData(2.0, 149, 0.047317678282121262)]
    [InlineData(1.96, 1000, 0.050273184955748718)]
    [InlineData(30, 5, 7.718648620496052e-7)]
    [InlineData(2.5, 99999, 0.012420919208445002)]
    [InlineData(40, 200, 2.2487396535202507e-97)]
    public void Tails_of_student_t_agree_with_forty_digits(double t, double degreesOfFreedom, double expected)
    {
        Assert.Equal(1, StudentDistribution.TwoSidedTail(t, degreesOfFreedom) / expected, 1e-10);
        Assert.Equal(1, StudentDistribution.TwoSidedTail(-t, degreesOfFreedom) / expected, 1e-10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    [InlineData(0.7)]
    [InlineData(1.5)]
    [InlineData(12.7)]
    [InlineData(1e6)]
    public void Tails_of_student_t_have_their_closed_forms(double t)
    {
        Assert.Equal(1 - (2 / Math.PI * Math.Atan(t)), StudentDistribution.TwoSidedTail(t, 1), 1e-12);
        Assert.Equal(1 - (t / Math.Sqrt(2 + (t * t))), StudentDistribution.TwoSidedTail(t, 2), 1e-12);
    }

    // mpmath: erfc(z/√2). The switch from the series to the continued fraction lies between 4.2 and 4.3.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 0.61707507745197379)]
    [InlineData(1.96, 0.049995790296440872)]
    [InlineData(4.2, 2.6691498031812656e-5)]
    [InlineData(4.3, 1.7079810941983622e-5)]
    [InlineData(8, 1.2441921148543568e-15)]
    [InlineData(20, 5.5072482372124674e-89)]
    public void Tails_of_the_normal_distribution_agree_with_forty_digits(double z, double expected) =>
        Assert.Equal(1, NormalDistribution.TwoSidedTail(-z) / expected, 1e-10);

    [Theory]
    [InlineData(0.5, 0.57236494292470009)]
    [InlineData(1, 0)]
    [InlineData(2.5, 0.28468287047291916)]
    [InlineData(9.99, 12.779315214350193)]
    [InlineData(100.5, 361.43554046777762)]
    [InlineData(50000, 490984.42327157182)]
    public void Log_gamma_agrees_with_forty_digits(double x, double expected) =>
        Assert.Equal(expected, StudentDistribution.LogGamma(x), 5e-15 * Math.Max(1, expected));
}
