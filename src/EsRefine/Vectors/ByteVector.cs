using System.Numerics.Tensors;

namespace EsRefine.Vectors;

/// <summary>A refined vector on a field of bytes: whole numbers from -128 to 127, at the length the client sent.</summary>
internal static class ByteVector
{
    /// <summary>Scales to the original's length, rounds and clamps.</summary>
    /// <param name="original">The query vector as it came in, of whole numbers.</param>
    /// <param name="refined">The refined vector, at any length; receives the whole numbers.</param>
    /// <param name="trustRadius">Largest angle between the two, in radians: the whole numbers nearest to a short vector may be much further away.</param>
    /// <param name="angle">The angle after rounding.</param>
    /// <returns>False: the rounded vector is zero, the original itself, or out of bounds.</returns>
    public static bool TryRound(ReadOnlySpan<float> original, Span<float> refined, float trustRadius, out float angle)
    {
        TensorPrimitives.Multiply(refined, TensorPrimitives.Norm(original) / TensorPrimitives.Norm<float>(refined), refined);
        for (int i = 0; i < refined.Length; i++)
        {
            refined[i] = VectorText.ToByte(refined[i]);
        }

        angle = refined.ContainsAnyExcept(0f) ? MathF.Acos(Math.Clamp(TensorPrimitives.CosineSimilarity(original, refined), -1, 1)) : 0;
        return angle > 0 && angle <= trustRadius && !original.SequenceEqual(refined);
    }
}
