using EsRefine.Refinement;

namespace EsRefine.Vectors;

/// <summary>Query vectors as clients write them: JSON arrays, and in Elasticsearch Base64 (big-endian) and hex.</summary>
internal static class VectorText
{
    /// <summary>Longer ones are refused: OpenSearch's limit, Elasticsearch's is 4,096.</summary>
    public const int MaxDimensions = 16_000;

    /// <summary>Reads a vector as float32, as the engine would.</summary>
    /// <param name="json">The vector's JSON: the array with its brackets, or the string with its quotes.</param>
    /// <param name="spelling">How the vector is written.</param>
    /// <param name="type">The field's type, which decides what a string means.</param>
    /// <param name="vector">The components; of a <c>bit</c> field the packed bytes, which can be compared but not calculated with.</param>
    /// <returns>False: not a vector of this field, or not finite. An array of the wrong length is read, so that the caller can report the mismatch.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, VectorSpelling spelling, VectorType type, out float[] vector)
    {
        bool isRead = spelling switch
        {
            VectorSpelling.Array => VectorArray.TryRead(json, out vector),
            VectorSpelling.Number => VectorArray.TryReadNumber(json, out vector),
            _ => VectorString.TryRead(json, type, out vector, out _),
        };
        return isRead && HasElementsOf(type, vector);
    }

    /// <summary>Whether a field takes the components: one of bytes takes whole numbers from -128 to 127.</summary>
    public static bool HasElementsOf(VectorType type, ReadOnlySpan<float> vector) => !type.ElementType.HoldsBytes || AreBytes(vector);

    /// <summary>Reads a vector as if the field held floats, where no mapping is known: to look it up, not to calculate with it. Empty: none.</summary>
    public static float[] ReadFloats(ReadOnlySpan<byte> json, VectorSpelling spelling) =>
        spelling switch
        {
            VectorSpelling.Array when VectorArray.TryRead(json, out float[] vector) => vector,
            VectorSpelling.String => VectorString.ReadFloats(json),
            _ => [],
        };

    /// <summary>Writes a refined vector in the client's spelling: array for array, Base64 for Base64, hex for hex.</summary>
    /// <param name="vector">Components that satisfy the field's constraints.</param>
    /// <param name="original">The JSON the client sent, whose spelling is kept.</param>
    /// <param name="spelling">How the vector is written.</param>
    /// <param name="type">The field's type.</param>
    /// <remarks>
    /// Arrays hold the shortest decimals that round-trip, integers on <c>byte</c> fields. Hex on a field of floats can spell bytes only, Base64 of bfloat16
    /// may miss the unit length that <c>dot_product</c> demands, and a lone number is one component only: there an array is written, which every version
    /// accepts.
    /// </remarks>
    /// <exception cref="ArgumentException">A component is NaN or infinite.</exception>
    public static byte[] Write(ReadOnlySpan<float> vector, ReadOnlySpan<byte> original, VectorSpelling spelling, VectorType type)
    {
        bool holdsBytes = type.ElementType.HoldsBytes;
        switch (spelling)
        {
            case VectorSpelling.Number when vector.Length == 1:
                return VectorArray.WriteNumber(vector[0], holdsBytes);
            case VectorSpelling.String
                when VectorString.TryRead(original, type, out _, out StringEncoding encoding) && Keeps(encoding, vector, type):
                return VectorString.Write(vector, encoding);
            default:
                return VectorArray.Write(vector, holdsBytes);
        }
    }

    private static bool Keeps(StringEncoding encoding, ReadOnlySpan<float> vector, VectorType type) => encoding switch
    {
        StringEncoding.Hex => type.ElementType.HoldsBytes,
        StringEncoding.Base64BFloat16 when type.Similarity == VectorSimilarity.DotProduct => VectorString.KeepsUnitLengthAsBFloat16(vector),
        _ => true,
    };

    /// <summary>The component of a field of bytes: rounded, within -128…127.</summary>
    internal static sbyte ToByte(float component) => (sbyte)Math.Clamp(MathF.Round(component), sbyte.MinValue, sbyte.MaxValue);

    private static bool AreBytes(ReadOnlySpan<float> vector)
    {
        foreach (float component in vector)
        {
            if (component != ToByte(component))
            {
                return false;
            }
        }

        return true;
    }
}
