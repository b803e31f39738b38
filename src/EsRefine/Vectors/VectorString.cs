using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace EsRefine.Vectors;

/// <summary>What a string holds on a vector field of Elasticsearch.</summary>
internal enum StringEncoding
{
    /// <summary>Two digits per signed byte.</summary>
    Hex,

    /// <summary>Base64 of signed bytes.</summary>
    Base64Bytes,

    /// <summary>Base64 of big-endian bfloat16, the upper half of a float32.</summary>
    Base64BFloat16,

    /// <summary>Base64 of big-endian float32.</summary>
    Base64Float,
}

/// <summary>A vector as a string: hex since Elasticsearch 8.14, Base64 since 9.4. OpenSearch accepts neither in queries.</summary>
internal static class VectorString
{
    /// <summary>Decodes in Elasticsearch's order: hex if its length fits the field, else Base64 if its length does.</summary>
    // Some strings are valid as both; only the field's dimensions and element type tell.
    public static bool TryRead(ReadOnlySpan<byte> json, VectorType type, out float[] vector, out StringEncoding encoding)
    {
        vector = [];
        encoding = default;
        if (type is not { Dialect: EngineDialect.Elasticsearch, Dimensions: > 0 and <= VectorText.MaxDimensions }
            || json.Length > LongestText(type.Dimensions.Value))
        {
            return false;
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            return TryUnquote(json, text, out int length) && TryDecode(text.AsSpan(0, length), type, out vector, out encoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>The string as Base64 of big-endian float32, as on a field of floats; empty where it is not that.</summary>
    public static float[] ReadFloats(ReadOnlySpan<byte> json)
    {
        if (json.Length > LongestText(VectorText.MaxDimensions))
        {
            return [];
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            return TryUnquote(json, text, out int length)
                && TryDecodeBase64(text.AsSpan(0, length), out ReadOnlySpan<byte> decoded)
                && decoded.Length % sizeof(float) == 0
                ? Read(decoded, StringEncoding.Base64Float)
                : [];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>Decodes a stored vector: the string that was indexed in Elasticsearch, or OpenSearch's Base64 of little-endian components.</summary>
    public static bool TryReadStored(ReadOnlySpan<byte> json, VectorType type, out float[] vector)
    {
        if (type.Dialect == EngineDialect.Elasticsearch)
        {
            return TryRead(json, type, out vector, out _);
        }

        vector = [];
        int width = type.ElementType.HoldsBytes ? 1 : sizeof(float);
        if (json.Length < 2 || !TryDecodeBase64(json[1..^1], out ReadOnlySpan<byte> bytes) || bytes.Length != width * type.Dimensions)
        {
            return false;
        }

        vector = new float[bytes.Length / width];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = width == 1 ? (sbyte)bytes[i] : BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * width)..]);
        }

        return Array.TrueForAll(vector, float.IsFinite);
    }

    public static byte[] Write(ReadOnlySpan<float> vector, StringEncoding encoding)
    {
        int width = Width(encoding);
        byte[] bytes = new byte[vector.Length * width];
        for (int i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                throw new ArgumentException("a query vector holds finite numbers only", nameof(vector));
            }

            Span<byte> component = bytes.AsSpan(i * width);
            switch (encoding)
            {
                case StringEncoding.Base64Float:
                    BinaryPrimitives.WriteSingleBigEndian(component, vector[i]);
                    break;
                case StringEncoding.Base64BFloat16:
                    BinaryPrimitives.WriteUInt16BigEndian(component, ToBFloat16(vector[i]));
                    break;
                default:
                    component[0] = (byte)VectorText.ToByte(vector[i]);
                    break;
            }
        }

        string text = encoding == StringEncoding.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
        byte[] json = new byte[text.Length + 2];
        json[0] = json[^1] = (byte)'"';
        Encoding.ASCII.GetBytes(text, json.AsSpan(1));
        return json;
    }

    /// <summary>Base64 of float32 takes less than 6 characters each, all slashes escaped twice that.</summary>
    private static int LongestText(int dimensions) => 2 + 2 * (4 + 6 * dimensions);

    /// <summary>The text of a JSON string: JSON may escape the slashes of Base64.</summary>
    private static bool TryUnquote(ReadOnlySpan<byte> json, Span<byte> text, out int length)
    {
        length = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            bool isText = reader.Read() && reader.TokenType == JsonTokenType.String && JsonText.IsValid(reader.ValueSpan);
            length = isText ? reader.CopyString(text) : 0;
            return isText;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, VectorType type, out float[] vector, out StringEncoding encoding)
    {
        int dimensions = type.Dimensions.GetValueOrDefault();
        int packed = dimensions / type.ElementType.DimensionsPerByte;
        byte[] bytes = new byte[text.Length / 2];
        if ((text.Length == 2 * dimensions || text.Length == 2 * packed) && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done)
        {
            encoding = StringEncoding.Hex;
            vector = Read(bytes, encoding);
            return true;
        }

        if (TryDecodeBase64(text, out ReadOnlySpan<byte> decoded))
        {
            foreach (StringEncoding candidate in type.ElementType.Base64)
            {
                if (decoded.Length == Width(candidate) * packed)
                {
                    encoding = candidate;
                    vector = Read(decoded, encoding);
                    return Array.TrueForAll(vector, float.IsFinite);
                }
            }
        }

        (vector, encoding) = ([], default);
        return false;
    }

    /// <summary>The standard alphabet; padding may be missing, white space may not be there.</summary>
    private static bool TryDecodeBase64(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> decoded)
    {
        decoded = default;
        int missing = -text.Length & 3;
        if (text.IsEmpty || missing == 3 || text.ContainsAny(" \t\r\n"u8))
        {
            return false;
        }

        byte[] padded = new byte[text.Length + missing];
        text.CopyTo(padded);
        padded.AsSpan(text.Length).Fill((byte)'=');
        bool isBase64 = Base64.DecodeFromUtf8InPlace(padded, out int length) == OperationStatus.Done;
        decoded = padded.AsSpan(0, isBase64 ? length : 0);
        return isBase64;
    }

    /// <summary>Bytes of a component.</summary>
    private static int Width(StringEncoding encoding) => encoding switch
    {
        StringEncoding.Base64Float => sizeof(float),
        StringEncoding.Base64BFloat16 => sizeof(ushort),
        _ => 1,
    };

    private static float[] Read(ReadOnlySpan<byte> bytes, StringEncoding encoding)
    {
        int width = Width(encoding);
        float[] vector = new float[bytes.Length / width];
        for (int i = 0; i < vector.Length; i++)
        {
            ReadOnlySpan<byte> component = bytes[(i * width)..];
            vector[i] = encoding switch
            {
                StringEncoding.Base64Float => BinaryPrimitives.ReadSingleBigEndian(component),
                StringEncoding.Base64BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16BigEndian(component) << 16),
                _ => (sbyte)component[0],
            };
        }

        return vector;
    }

    /// <summary>Whether the rounded vector has unit length, within half the tolerance of Elasticsearch (1e-3 on the squared length).</summary>
    public static bool KeepsUnitLengthAsBFloat16(ReadOnlySpan<float> vector)
    {
        double squared = 0;
        foreach (float component in vector)
        {
            double rounded = BitConverter.UInt32BitsToSingle((uint)ToBFloat16(component) << 16);
            squared += rounded * rounded;
        }

        return Math.Abs(squared - 1) <= 5e-4;
    }

    /// <summary>Rounds to the nearest, ties to even; a vector's components are far from the largest float32, where rounding up would overflow.</summary>
    private static ushort ToBFloat16(float component)
    {
        uint bits = BitConverter.SingleToUInt32Bits(component);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
