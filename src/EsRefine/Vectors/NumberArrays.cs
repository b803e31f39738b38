using System.Text.Json;

namespace EsRefine.Vectors;

/// <summary>An array of numbers somewhere in a JSON text.</summary>
/// <param name="Json">With its brackets.</param>
/// <param name="Numbers">As float32, as the engines read vectors.</param>
internal sealed record NumberArray(BodySlice Json, float[] Numbers)
{
    /// <summary>Compares values, because <c>1e-7</c> of the client is rendered as <c>1.0E-7</c>.</summary>
    public bool Spells(ReadOnlySpan<float> vector) => Numbers.AsSpan().SequenceEqual(vector);
}

/// <summary>Finds arrays of numbers.</summary>
internal static class NumberArrays
{
    /// <summary>The arrays in the <c>params</c> of a template search that hold at least two numbers.</summary>
    /// <exception cref="JsonException">Not strict JSON.</exception>
    public static List<NumberArray> InParameters(ReadOnlyMemory<byte> body)
    {
        List<NumberArray> arrays = [];
        Utf8JsonReader reader = new(body.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return arrays;
        }

        bool isFirst = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isParameters = reader.ValueTextEquals("params"u8);
            reader.Read();
            if (!isParameters)
            {
                reader.Skip();
                continue;
            }

            if (!isFirst)
            {
                throw new JsonException("params is given twice");
            }

            isFirst = false;
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            Collect(body, new BodySlice(body, start, (int)reader.BytesConsumed - start), arrays);
        }

        reader.Read();   // throws on anything but white space after the body
        return arrays;
    }

    /// <summary>All arrays of numbers in a text.</summary>
    /// <exception cref="JsonException">Not strict JSON.</exception>
    public static List<NumberArray> In(ReadOnlyMemory<byte> json)
    {
        List<NumberArray> arrays = [];
        Collect(json, new BodySlice(json, 0, json.Length), arrays);
        return arrays;
    }

    private static void Collect(ReadOnlyMemory<byte> text, BodySlice part, List<NumberArray> arrays)
    {
        Utf8JsonReader reader = new(part.Span);
        int start = -1;
        int count = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    (start, count) = ((int)reader.TokenStartIndex, 0);
                    break;
                case JsonTokenType.Number:
                    count++;
                    break;
                case JsonTokenType.EndArray when start >= 0 && count >= 2:
                    BodySlice json = new(text, part.Start + start, (int)reader.BytesConsumed - start);
                    if (VectorArray.TryRead(json.Span, out float[] numbers))
                    {
                        arrays.Add(new(json, numbers));
                    }

                    start = -1;
                    break;
                default:
                    start = -1;   // not of numbers alone
                    break;
            }
        }
    }
}
