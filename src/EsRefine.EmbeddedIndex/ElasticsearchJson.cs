using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EsRefine.EmbeddedIndex;

/// <summary>
/// JSON as Elasticsearch reads it (comments, a byte order mark, no duplicate keys) and writes it (few escapes, <c>1.0</c> rather than <c>1</c> for floats).
/// </summary>
internal static class ElasticsearchJson
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly JsonSerializerOptions NodeOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions DocumentOptions = new() { CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Parses a body, or one line of a bulk request.</summary>
    /// <exception cref="ElasticsearchException">
    /// 400 <c>x_content_parse_exception</c>, or <c>x_content_e_o_f_exception</c> if the text ends too early.
    /// </exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        ReadOnlyMemory<byte> text = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        try
        {
            return JsonDocument.Parse(text, DocumentOptions);
        }
        catch (JsonException exception)
        {
            // The message is that of the .NET reader, not of Jackson, which Elasticsearch uses. The type and the position are the same.
            string position = $"[{exception.LineNumber + 1}:{exception.BytePositionInLine + 1}] ";
            throw EndsTooEarly(text.Span)
                ? new ElasticsearchException(StatusCodes.Status400BadRequest, "x_content_e_o_f_exception", position + "Unexpected end of file")
                : new ElasticsearchException(StatusCodes.Status400BadRequest, "x_content_parse_exception", position + exception.Message);
        }
    }

    /// <summary>The shortest text that parses as the same float32, always with a decimal point or an exponent, as Java prints it.</summary>
    public static void WriteFloat(Utf8JsonWriter writer, float value)
    {
        Span<char> text = stackalloc char[32];
        value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        writer.WriteRawValue(WithPoint(text, length), skipInputValidation: true);
    }

    /// <inheritdoc cref="WriteFloat"/>
    public static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        Span<char> text = stackalloc char[40];
        value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        writer.WriteRawValue(WithPoint(text, length), skipInputValidation: true);
    }

    /// <summary>Indents JSON: one member per line, two spaces per level, and a line feed at the end.</summary>
    public static byte[] Indent(byte[] utf8)
    {
        using MemoryStream indented = new();
        using (JsonDocument document = JsonDocument.Parse(utf8))
        using (Utf8JsonWriter writer = new(indented, WriterOptions with { Indented = true, NewLine = "\n" }))
        {
            document.WriteTo(writer);
        }

        indented.WriteByte((byte)'\n');
        return indented.ToArray();
    }

    private static ReadOnlySpan<char> WithPoint(Span<char> text, int length)
    {
        if (text[..length].IndexOfAny('.', 'E') >= 0)
        {
            return text[..length];
        }

        ".0".CopyTo(text[length..]);
        return text[..(length + 2)];
    }

    // Parses the text as the first part of a longer one. If that succeeds, only the end is missing.
    private static bool EndsTooEarly(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip }));
        try
        {
            int depth = 0;
            while (reader.Read())
            {
                depth = reader.CurrentDepth;
            }

            return depth > 0 || reader.BytesConsumed < text.Length || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
