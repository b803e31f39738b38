using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>How stored vectors are asked for (<c>knn-wire</c> §4 and §10).</summary>
internal enum VectorReading
{
    /// <summary><c>docvalue_fields</c>: always numbers, whatever was indexed; Elasticsearch 8.17 and newer.</summary>
    DocValues,

    /// <summary><c>fields</c>: older Elasticsearch.</summary>
    Fields,

    /// <summary><c>_source</c>, beside the texts: OpenSearch. Since 3.0 it derives vectors from the index, and <c>fields</c> is empty where a filter leaves them out of _source.</summary>
    Source,
}

/// <summary>Writes the sampling search: one clause alone, its filters and those around it as pre-filters, the texts to judge and the vectors to learn from.</summary>
internal static class SampleRequest
{
    /// <summary>Fewer candidates than this make a poor sample of an approximate index.</summary>
    private const int FewestCandidates = 100;

    private const int MostCandidates = 10_000;

    /// <summary>The body of the sampling search.</summary>
    /// <param name="body">The client's body: its vector and its filters are copied byte for byte.</param>
    /// <param name="search">What was recognized in it.</param>
    /// <param name="clause">The clause to sample.</param>
    /// <param name="mapping">The clause's field.</param>
    /// <param name="textFields">Fields of <c>_source</c> that hold the text to judge.</param>
    /// <param name="size">Hits wanted.</param>
    /// <param name="reading">How to ask for the vectors.</param>
    public static byte[] Write(
        ReadOnlyMemory<byte> body, RecognizedSearch search, KnnClause clause, FieldMapping mapping, IReadOnlyList<string> textFields, int size, VectorReading reading)
    {
        ReadOnlySpan<byte> original = body.Span;
        using MemoryStream stream = new(original.Length + 512);
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("from", 0);
            json.WriteNumber("size", size);
            json.WriteBoolean("track_total_hits", false);
            if (mapping.Dialect == EngineDialect.Elasticsearch)
            {
                WriteElasticsearchClause(json, original, clause, size);
            }
            else
            {
                WriteOpenSearchClause(json, original, clause, size);
            }

            WriteStrings(json, "_source", reading == VectorReading.Source ? [.. textFields, mapping.Field] : textFields);
            if (reading != VectorReading.Source)
            {
                WriteStrings(json, reading == VectorReading.DocValues ? "docvalue_fields" : "fields", [mapping.Field]);
            }

            CopyIfPresent(json, "pit", search.PointInTime, original);
            CopyIfPresent(json, "search_pipeline", search.SearchPipeline, original);
            CopyIfPresent(json, "runtime_mappings", search.RuntimeMappings, original);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteElasticsearchClause(Utf8JsonWriter json, ReadOnlySpan<byte> body, KnnClause clause, int size)
    {
        json.WriteStartObject("knn");
        json.WriteString("field", clause.Field);
        WriteRaw(json, "query_vector", clause.Vector.Range, body);
        json.WriteNumber("k", size);
        json.WriteNumber("num_candidates", Math.Clamp(clause.NumCandidates ?? 0, Math.Max(size, FewestCandidates), MostCandidates));
        if (clause.Filters.Count > 0)
        {
            json.WritePropertyName("filter");
            WriteFilters(json, body, clause.Filters);
        }

        json.WriteEndObject();
    }

    private static void WriteOpenSearchClause(Utf8JsonWriter json, ReadOnlySpan<byte> body, KnnClause clause, int size)
    {
        json.WriteStartObject("query");
        json.WriteStartObject("knn");
        json.WriteStartObject(clause.Field);
        WriteRaw(json, "vector", clause.Vector.Range, body);
        json.WriteNumber("k", size);
        if (clause.Filters.Count > 0)
        {
            json.WritePropertyName("filter");
            WriteFilters(json, body, clause.Filters);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>All filters as one <c>bool</c>, which both engines take where a filter stands.</summary>
    private static void WriteFilters(Utf8JsonWriter json, ReadOnlySpan<byte> body, IReadOnlyList<EnclosingFilter> filters)
    {
        json.WriteStartObject();
        json.WriteStartObject("bool");
        WriteClauses(json, "filter", body, filters, negated: false);
        WriteClauses(json, "must_not", body, filters, negated: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteClauses(Utf8JsonWriter json, string name, ReadOnlySpan<byte> body, IReadOnlyList<EnclosingFilter> filters, bool negated)
    {
        json.WriteStartArray(name);
        foreach (EnclosingFilter filter in filters)
        {
            if (filter.IsNegated != negated)
            {
                continue;
            }

            ReadOnlySpan<byte> raw = filter.Range.Of(body);
            if (raw[0] == (byte)'[')
            {
                raw = raw[1..^1].Trim(" \t\r\n"u8);   // an array of queries: its elements join ours
                if (raw.IsEmpty)
                {
                    continue;
                }
            }

            json.WriteRawValue(raw, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void CopyIfPresent(Utf8JsonWriter json, string name, ByteRange? range, ReadOnlySpan<byte> body)
    {
        if (range is { } present)
        {
            WriteRaw(json, name, present, body);
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, ByteRange range, ReadOnlySpan<byte> body)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(range.Of(body), skipInputValidation: true);
    }
}
