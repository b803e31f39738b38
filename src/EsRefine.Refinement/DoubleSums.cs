using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EsRefine.Refinement;

/// <summary>Sums over float32 vectors, accumulated in double to avoid overflow and accumulated rounding errors.</summary>
internal static class DoubleSums
{
    /// <summary>√Σ aᵢ². Finite if and only if all components are finite, because the square of a float32 always fits a double.</summary>
    public static double Norm(ReadOnlySpan<float> vector) => Math.Sqrt(Dot(vector, vector));

    /// <summary>Σ aᵢ·bᵢ.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Debug.Assert(a.Length == b.Length, "vectors of one space");
        ReadOnlySpan<Vector<float>> aVectors = MemoryMarshal.Cast<float, Vector<float>>(a);
        ReadOnlySpan<Vector<float>> bVectors = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<double> lower = Vector<double>.Zero;
        Vector<double> upper = Vector<double>.Zero;
        for (int i = 0; i < aVectors.Length; i++)
        {
            Vector.Widen(aVectors[i], out Vector<double> aLower, out Vector<double> aUpper);
            Vector.Widen(bVectors[i], out Vector<double> bLower, out Vector<double> bUpper);
            lower += aLower * bLower;
            upper += aUpper * bUpper;
        }

        double sum = Vector.Sum(lower + upper);
        for (int i = aVectors.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    /// <summary>sumᵢ += factor · aᵢ.</summary>
    public static void AddScaled(ReadOnlySpan<float> vector, double factor, Span<double> sum)
    {
        Debug.Assert(vector.Length == sum.Length, "vectors of one space");
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(vector);
        Span<Vector<double>> sums = MemoryMarshal.Cast<double, Vector<double>>(sum);
        for (int i = 0; i < vectors.Length; i++)
        {
            Vector.Widen(vectors[i], out Vector<double> lower, out Vector<double> upper);
            sums[2 * i] += lower * factor;
            sums[(2 * i) + 1] += upper * factor;
        }

        for (int i = vectors.Length * Vector<float>.Count; i < vector.Length; i++)
        {
            sum[i] += factor * vector[i];
        }
    }

    /// <summary>destinationᵢ = factor · aᵢ, rounded once.</summary>
    public static void Scale(ReadOnlySpan<float> vector, double factor, Span<float> destination)
    {
        Debug.Assert(vector.Length == destination.Length, "vectors of one space");
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(vector);
        Span<Vector<float>> destinations = MemoryMarshal.Cast<float, Vector<float>>(destination);
        for (int i = 0; i < vectors.Length; i++)
        {
            Vector.Widen(vectors[i], out Vector<double> lower, out Vector<double> upper);
            destinations[i] = Vector.Narrow(lower * factor, upper * factor);
        }

        for (int i = vectors.Length * Vector<float>.Count; i < vector.Length; i++)
        {
            destination[i] = (float)(factor * vector[i]);
        }
    }
}
