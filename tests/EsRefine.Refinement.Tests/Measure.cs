namespace EsRefine.Refinement.Tests;

/// <summary>Measurements that assertions compare.</summary>
internal static class Measure
{
    public static double LargestDifference(IEnumerable<float> a, IEnumerable<double> b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    public static double LargestDifference(IEnumerable<float> a, IEnumerable<float> b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    /// <summary>Angle in radians, from the chord between the unit vectors.</summary>
    public static double Angle(float[] a, float[] b)
    {
        double aNorm = DoubleSums.Norm(a);
        double bNorm = DoubleSums.Norm(b);
        double chord = Math.Sqrt(a.Zip(b, (x, y) => Math.Pow((x / aNorm) - (y / bNorm), 2)).Sum());
        return 2 * Math.Asin(Math.Min(1, chord / 2));
    }
}
