namespace EsRefine.Refinement.Tests;

/// <summary>What the assertions measure.</summary>
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

    /// <summary>Bytes that a hundred calls allocate once the pools are warm.</summary>
    /// <remarks>The least of a few attempts, because a full collection may empty a pool in between.</remarks>
    public static long AllocatedBytes(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            action();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
