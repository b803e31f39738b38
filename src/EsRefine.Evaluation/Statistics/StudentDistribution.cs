namespace EsRefine.Evaluation.Statistics;

/// <summary>Student's t distribution, computed with the regularized incomplete beta function.</summary>
internal static class StudentDistribution
{
    // The continued fraction converges in O(√max(a, b)) terms. This limit is more than enough for a million queries.
    private const int MaxTerms = 10_000;

    // Replaces 0 as a divisor in Lentz's method. It is far below any significant term.
    private const double Tiny = 1e-300;

    /// <summary>P(|T| ≥ |t|) with the given degrees of freedom (≥ 1).</summary>
    // P(|T| ≥ |t|) = I_x(ν/2, 1/2) with x = ν / (ν + t²).
    internal static double TwoSidedTail(double t, double degreesOfFreedom)
    {
        double square = t * t;
        double sum = degreesOfFreedom + square;
        return double.IsInfinity(sum) ? 0 : RegularizedBeta(degreesOfFreedom / sum, square / sum, degreesOfFreedom / 2, 0.5);
    }

    /// <summary>I_x(a, b). The caller passes y = 1 − x as well, because computing it here would lose digits when x is close to 1.</summary>
    // I_x(a, b) = xᵃ yᵇ / (a B(a, b)) · 1/(1 + d₁/(1 + d₂/(1 + …))) converges fast for x < (a + 1)/(a + b + 2). For larger x, I_x(a, b) = 1 − I_y(b, a).
    private static double RegularizedBeta(double x, double y, double a, double b)
    {
        if (x == 0 || y == 0)
        {
            return x == 0 ? 0 : 1;
        }

        double front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(y)) + LogGamma(a + b) - LogGamma(a) - LogGamma(b));
        return x < (a + 1) / (a + b + 2)
            ? front / (a * BetaFraction(x, a, b))
            : 1 - (front / (b * BetaFraction(y, b, a)));
    }

    /// <summary>1 + d₁/(1 + d₂/(1 + …)) by Lentz's method (DLMF 8.17.22, 3.10).</summary>
    private static double BetaFraction(double x, double a, double b)
    {
        double value = 1;
        double numerators = 1;
        double denominators = 0;
        for (int i = 1; i <= MaxTerms; i++)
        {
            int m = i / 2;
            double term = i % 2 == 0
                ? m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)))
                : -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            denominators = 1 / NotZero(1 + (term * denominators));
            numerators = NotZero(1 + (term / numerators));
            double factor = numerators * denominators;
            value *= factor;
            if (Math.Abs(factor - 1) < 1e-15)
            {
                return value;
            }
        }

        throw new ArithmeticException($"the incomplete beta function did not converge at x = {x}, a = {a}, b = {b}");
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>ln Γ(x) for x &gt; 0. Shifts x up until eight terms of Stirling's series give full precision.</summary>
    internal static double LogGamma(double x)
    {
        const double SeriesFrom = 10;
        double product = 1;
        for (; x < SeriesFrom; x++)
        {
            product *= x;
        }

        ReadOnlySpan<double> coefficients =
            [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400];
        double square = x * x;
        double series = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            series = (series / square) + coefficients[i];
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x) - Math.Log(product);
    }
}
