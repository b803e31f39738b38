using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Reissue;

/// <summary>Query vectors as clients spell them: JSON arrays, Elasticsearch's Base64 (big-endian) and hex (<c>knn-wire</c> 2.1).</summary>
internal static class VectorText
{
    /// <summary>Reads a vector as float32, as the engine would.</summary>
    /// <param name="json">The vector's JSON: the array with its brackets, or the string with its quotes.</param>
    /// <param name="spelling">What the walker saw.</param>
    /// <param name="mapping">Decides what a string means.</param>
    /// <param name="vector">The components.</param>
    /// <returns>False: not a vector of this field, or not finite.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, VectorSpelling spelling, FieldMapping mapping, out float[] vector)
    {
        throw new NotSupportedException();
    }

    /// <summary>Writes a refined vector in the client's spelling: array for array (shortest float32 that round-trips; integers for <c>byte</c>), Base64 for Base64, hex for hex.</summary>
    /// <param name="vector">Components that satisfy the field's constraints.</param>
    /// <param name="original">The JSON the client sent, whose spelling is kept.</param>
    /// <param name="spelling">What the walker saw.</param>
    /// <param name="mapping">The field.</param>
    public static byte[] Write(ReadOnlySpan<float> vector, ReadOnlySpan<byte> original, VectorSpelling spelling, FieldMapping mapping)
    {
        throw new NotSupportedException();
    }
}
