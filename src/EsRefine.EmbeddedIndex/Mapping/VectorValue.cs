using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text;
using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>
/// Reads vectors as arrays, Base64 (big-endian float32) or hex (one signed byte per component), and checks them against their field.
/// </summary>
internal static class VectorValue
{
    /// <summary>Largest deviation of the squared length from 1 for <c>dot_product</c>, as measured on Elasticsearch 9.4.3.</summary>
    private const float UnitLengthTolerance = 1e-3f;

    /// <summary>Reads a document's vector.</summary>
    /// <exception cref="ElasticsearchException">400: the value is not a vector or has other dimensions than the field.</exception>
    public static float[] ParseStored(FieldDefinition field, string id, JsonElement value)
    {
        float[] vector = value.ValueKind switch
        {
            JsonValueKind.String => ParseText(field.Path, value.GetString()!, field.Vector!.Dimensions),
            JsonValueKind.Array => ParseArray(value, static element => throw ElasticsearchException.Parsing(
                $"Failed to parse object: expecting token of type [VALUE_NUMBER] but found [{Token(element)}]")),
            _ => throw ElasticsearchException.IllegalArgument($"Expected text but found {Token(value)}"),
        };
        if (field.Vector!.Dimensions is { } dimensions && vector.Length != dimensions)
        {
            string where = $"The [dense_vector] field [{field.Path}] in doc [document with id '{id}'] has ";
            throw ElasticsearchException.IllegalArgument(vector.Length > dimensions
                ? $"{where}more dimensions than defined in the mapping [{dimensions}]"
                : $"{where}a different number of dimensions [{vector.Length}] than defined in the mapping [{dimensions}]");
        }

        return vector.Length is >= 1 and <= VectorOptions.MaxDimensions
            ? vector
            : throw ElasticsearchException.IllegalArgument(
                $"The number of dimensions should be in the range [1, {VectorOptions.MaxDimensions}] but was [{vector.Length}]");
    }

    /// <summary>Reads a query vector given as an array. Unlike in a document's vector, elements may be numeric strings.</summary>
    /// <exception cref="ElasticsearchException">400 <c>number_format_exception</c>.</exception>
    public static float[] ParseQueryArray(JsonElement array) => ParseArray(array, static element =>
        element.ValueKind == JsonValueKind.String && float.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
            ? number
            : throw new ElasticsearchException(StatusCodes.Status400BadRequest, "number_format_exception", $"For input string: \"{element}\""));

    /// <summary>
    /// Reads a query vector given as a string: as hex if it has one byte per dimension, else as Base64 of the right size, else as hex of a wrong size.
    /// </summary>
    /// <param name="dimensions">The field's dimensions; null if no document has set them yet.</param>
    /// <exception cref="ElasticsearchException">400 <c>illegal_argument_exception</c>.</exception>
    public static float[] ParseText(string name, string text, int? dimensions)
    {
        float[]? hex = ParseHex(text);
        if (hex is not null && hex.Length == dimensions)
        {
            return hex;
        }

        byte[]? bytes = ParseBase64(text);
        if (bytes is not null && bytes.Length % sizeof(float) == 0 && (dimensions is null || bytes.Length == dimensions * sizeof(float)))
        {
            float[] vector = new float[bytes.Length / sizeof(float)];
            for (int i = 0; i < vector.Length; i++)
            {
                vector[i] = BinaryPrimitives.ReadSingleBigEndian(bytes.AsSpan(i * sizeof(float)));
            }

            return vector;
        }

        return hex ?? throw ElasticsearchException.IllegalArgument(bytes is null
            ? $"failed to parse field [{name}]: [{name}] must be a valid base64 or hex string"
            : $"failed to parse field [{name}]: [{name}] must contain a valid Base64-encoded float vector, "
                + $"but the decoded bytes length [{bytes.Length}] is not compatible with the expected vector length");
    }

    /// <summary>
    /// Rejects vectors that the field's similarity does not support: infinities, a zero vector for <c>cosine</c>, any length but 1 for <c>dot_product</c>.
    /// </summary>
    /// <exception cref="ElasticsearchException">400 <c>illegal_argument_exception</c>.</exception>
    public static void Check(ReadOnlySpan<float> vector, VectorOptions options)
    {
        for (int i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                string kind = float.IsNaN(vector[i]) ? "NaN" : "infinite";
                throw ElasticsearchException.IllegalArgument(
                    $"element_type [float] vectors do not support {kind} values but found [{Text(vector[i])}] at dim [{i}];{Preview(vector)}");
            }
        }

        if (!options.Indexed)
        {
            return;
        }

        float squaredLength = TensorPrimitives.SumOfSquares(vector);
        if (options.Similarity == SimilarityFunction.Cosine && squaredLength == 0)
        {
            throw ElasticsearchException.IllegalArgument("The [cosine] similarity does not support vectors with zero magnitude." + Preview(vector));
        }

        if (options.Similarity == SimilarityFunction.DotProduct && MathF.Abs(squaredLength - 1) > UnitLengthTolerance)
        {
            throw ElasticsearchException.IllegalArgument("The [dot_product] similarity can only be used with unit-length vectors." + Preview(vector));
        }
    }

    private static float[] ParseArray(JsonElement array, Func<JsonElement, float> otherwise)
    {
        float[] vector = new float[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            vector[i++] = element.ValueKind == JsonValueKind.Number ? element.GetSingle() : otherwise(element);
        }

        return vector;
    }

    private static float[]? ParseHex(string text)
    {
        if (text.Length % 2 != 0 || !text.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        return Array.ConvertAll(Convert.FromHexString(text), static component => (float)(sbyte)component);
    }

    private static byte[]? ParseBase64(string text)
    {
        // Elasticsearch also accepts unpadded Base64.
        string padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        byte[] bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out int written) ? bytes[..written] : null;
    }

    private static string Token(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "START_OBJECT",
        JsonValueKind.Array => "START_ARRAY",
        JsonValueKind.String => "VALUE_STRING",
        JsonValueKind.Number => "VALUE_NUMBER",
        JsonValueKind.Null => "VALUE_NULL",
        _ => "VALUE_BOOLEAN",
    };

    private static string Preview(ReadOnlySpan<float> vector)
    {
        StringBuilder preview = new(" Preview of invalid vector: [");
        for (int i = 0; i < Math.Min(5, vector.Length); i++)
        {
            preview.Append(i == 0 ? "" : ", ").Append(Text(vector[i]));
        }

        return preview.Append(vector.Length > 5 ? ", ...]" : "]").ToString();
    }

    private static string Text(float value) => float.IsInfinity(value)
        ? (value > 0 ? "Infinity" : "-Infinity")
        : value.ToString(value == MathF.Truncate(value) && MathF.Abs(value) < 1e7f ? "F1" : "R", CultureInfo.InvariantCulture);
}
