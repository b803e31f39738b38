using System.Buffers.Binary;
using System.IO.Enumeration;
using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;
using EsRefine.EmbeddedIndex.Queries;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Search;

/// <summary>
/// The <c>fields</c> of a hit: values by mapping type. <c>fields</c> returns a vector as a flat list, <c>docvalue_fields</c> as a list in a list.
/// </summary>
/// <param name="Fields">Requested by <c>fields</c>. Values are returned in document order.</param>
/// <param name="DocValueFields">Requested by <c>docvalue_fields</c>. Values are sorted, and keywords are distinct.</param>
internal sealed record FieldRetrieval(IReadOnlyList<FieldPattern> Fields, IReadOnlyList<FieldPattern> DocValueFields)
{
    public static FieldRetrieval None { get; } = new([], []);

    /// <exception cref="ElasticsearchException">400: text has no doc values.</exception>
    public void Check(ShardContext shard)
    {
        foreach (FieldPattern pattern in DocValueFields)
        {
            if (shard.Index.Mapping.Fields.TryGetValue(pattern.Pattern, out FieldDefinition? field) && field.Type == FieldType.Text)
            {
                throw ElasticsearchException.IllegalArgument(
                    $"Fielddata is disabled on [{field.Path}] in [{shard.Index.Name}]. Text fields are not optimised for operations that require "
                    + "per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword "
                    + $"field instead. Alternatively, set fielddata=true on [{field.Path}] in order to load field data by uninverting the inverted "
                    + "index. Note that this can use significant memory.");
            }
        }
    }

    /// <summary>Writes <c>"fields":{…}</c>, or nothing if the document has none of them.</summary>
    public void Write(Utf8JsonWriter writer, DocumentIndex index, int ordinal)
    {
        if (Fields.Count + DocValueFields.Count == 0)
        {
            return;
        }

        StoredDocument stored = index.Document(ordinal);
        using JsonDocument source = JsonDocument.Parse(stored.Source);
        ParsedDocument document = DocumentParser.Parse(index.Mapping, stored.Id, source.RootElement);
        bool opened = false;
        foreach (FieldDefinition field in index.Mapping.Fields.Values)
        {
            FieldPattern? docValues = DocValueFields.FirstOrDefault(pattern => pattern.Covers(field.Path));
            bool asked = docValues is not null || Fields.Any(pattern => pattern.Covers(field.Path));
            if (!asked || (docValues is not null && field.Type == FieldType.Text))
            {
                continue;
            }

            opened = WriteField(writer, index, ordinal, document, field, docValues, opened);
        }

        if (opened)
        {
            writer.WriteEndObject();
        }
    }

    private static bool WriteField(
        Utf8JsonWriter writer, DocumentIndex index, int ordinal, ParsedDocument document, FieldDefinition field, FieldPattern? docValues, bool opened)
    {
        ReadOnlySpan<float> vector = index.Vectors(field.Path) is { } column ? column.Of(ordinal) : [];
        List<string> terms = [.. document.Terms.Where(entry => entry.Field.Path == field.Path).Select(static entry => entry.Value)];
        List<double> numbers = [.. document.Numbers.Where(entry => entry.Field.Path == field.Path).Select(static entry => entry.Value)];
        if (vector.IsEmpty && terms.Count + numbers.Count == 0)
        {
            return opened;
        }

        if (docValues is not null)
        {
            terms = [.. (field.Type == FieldType.Keyword ? terms.Distinct() : terms).Order(StringComparer.Ordinal)];
            numbers.Sort();
        }

        if (!opened)
        {
            writer.WriteStartObject("fields");
        }

        writer.WriteStartArray(field.Path);
        WriteVector(writer, vector, docValues);
        foreach (string term in terms)
        {
            if (field.Type == FieldType.Boolean)
            {
                writer.WriteBooleanValue(term == "true");
            }
            else
            {
                writer.WriteStringValue(term);
            }
        }

        foreach (double number in numbers)
        {
            WriteNumber(writer, field.Type, number);
        }

        writer.WriteEndArray();
        return true;
    }

    private static void WriteVector(Utf8JsonWriter writer, ReadOnlySpan<float> vector, FieldPattern? docValues)
    {
        if (vector.IsEmpty)
        {
            return;
        }

        if (docValues?.Format == "binary")
        {
            byte[] bytes = new byte[vector.Length * sizeof(float)];
            for (int i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            writer.WriteBase64StringValue(bytes);
            return;
        }

        if (docValues is not null)
        {
            writer.WriteStartArray();
        }

        foreach (float component in vector)
        {
            ElasticsearchJson.WriteFloat(writer, component);
        }

        if (docValues is not null)
        {
            writer.WriteEndArray();
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, FieldType type, double number)
    {
        switch (type)
        {
            case FieldType.Date:
                writer.WriteStringValue(DateValue.Format(number));
                break;
            case FieldType.Float:
                ElasticsearchJson.WriteFloat(writer, (float)number);
                break;
            case FieldType.Double:
                ElasticsearchJson.WriteDouble(writer, number);
                break;
            default:
                writer.WriteNumberValue((long)number);
                break;
        }
    }
}

/// <summary>One entry of <c>fields</c> or <c>docvalue_fields</c>.</summary>
/// <param name="Pattern">A dotted path with <c>*</c>.</param>
/// <param name="Format"><c>array</c> or <c>binary</c> for the doc values of a vector; null means the field's default.</param>
internal sealed record FieldPattern(string Pattern, string? Format)
{
    /// <exception cref="ElasticsearchException">400: not a string and not <c>{"field":…,"format":…}</c>.</exception>
    public static FieldPattern Parse(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return new FieldPattern(value.ToString(), null);
        }

        FieldPattern pattern = new("", null);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            pattern = member.Name switch
            {
                "field" => pattern with { Pattern = member.Value.ToString() },
                "format" when member.Value.ToString() is "array" or "binary" => pattern with { Format = member.Value.ToString() },
                "format" => throw ElasticsearchException.IllegalArgument($"format [{member.Value}] is not supported by the embedded index"),
                _ => throw QueryParser.UnknownField("fields", member.Name),
            };
        }

        return pattern;
    }

    public bool Covers(string path) => FileSystemName.MatchesSimpleExpression(Pattern, path, ignoreCase: false);
}
