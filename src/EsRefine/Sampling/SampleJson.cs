using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>Fragments that sampling searches of several shapes hold.</summary>
internal static class SampleJson
{
    /// <summary>All filters as one <c>bool</c> object, which both engines take where a filter stands. Filters score 0.</summary>
    /// <param name="json">The search.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="scored">JSON of a query that hits must match for its score; empty: none.</param>
    public static void WriteBool(this Utf8JsonWriter json, IReadOnlyList<EnclosingFilter> filters, ReadOnlySpan<byte> scored = default)
    {
        json.WriteStartObject();
        json.WriteStartObject("bool");
        if (!scored.IsEmpty)
        {
            json.WritePropertyName("must");
            json.WriteRawValue(scored, skipInputValidation: true);
        }

        json.WriteConditions(filters);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The members <c>filter</c> and <c>must_not</c> of a <c>bool</c>.</summary>
    public static void WriteConditions(this Utf8JsonWriter json, IReadOnlyList<EnclosingFilter> filters)
    {
        json.WriteConditions("filter", areNegated: false, filters);
        json.WriteConditions("must_not", areNegated: true, filters);
    }

    /// <summary>The filters of the hits as <c>post_filter</c>, where the clause looks at nested documents.</summary>
    // Inside the clause they would be applied to the nested documents, and accept what they forbid.
    public static void WritePostFilter(this Utf8JsonWriter json, SamplePlan plan)
    {
        EnclosingFilter[] ofHits = [.. plan.Clause.Filters.Where(static filter => filter is { IsOwn: false, NestedPath: null })];
        if (ofHits.Length > 0)
        {
            json.WritePropertyName("post_filter");
            json.WriteBool(ofHits);
        }
    }

    /// <summary><c>_source</c> with texts, and with the vector where it is read from there.</summary>
    public static void WriteSource(this Utf8JsonWriter json, IEnumerable<string> texts, string vector, VectorReading reading) =>
        json.WriteSource(reading == VectorReading.Source ? texts.Append(vector) : texts);

    /// <summary><c>_source</c> with these fields and no others.</summary>
    public static void WriteSource(this Utf8JsonWriter json, IEnumerable<string> fields)
    {
        if (fields.Any())
        {
            json.WriteStrings("_source", fields);
        }
        else
        {
            json.WriteBoolean("_source", false);   // an empty list means all
        }
    }

    /// <summary>The member that returns the vector beside <c>_source</c>; none where it is read from there or not at all.</summary>
    public static void WriteReading(this Utf8JsonWriter json, FieldMapping mapping, VectorReading reading)
    {
        switch (reading)
        {
            case VectorReading.DocValues:
                json.WriteStrings("docvalue_fields", [mapping.Field]);
                break;
            case VectorReading.Fields:
                json.WriteStrings("fields", [mapping.Field]);
                break;
            case VectorReading.Script:
                json.WriteScriptField(mapping);
                break;
        }
    }

    /// <summary>A member with the client's own bytes.</summary>
    public static void WriteCopy(this Utf8JsonWriter json, string name, BodySlice bytes)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(bytes.Span, skipInputValidation: true);
    }

    private static void WriteConditions(this Utf8JsonWriter json, string name, bool areNegated, IReadOnlyList<EnclosingFilter> filters)
    {
        json.WriteStartArray(name);
        foreach (EnclosingFilter filter in filters)
        {
            if (filter.IsNegated != areNegated)
            {
                continue;
            }

            ReadOnlySpan<byte> query = filter.Json.Span;
            if (query[0] == (byte)'[')
            {
                query = query[1..^1].Trim(" \t\r\n"u8);   // an array of queries: its elements join ours
                if (query.IsEmpty)
                {
                    continue;
                }
            }

            json.WriteRawValue(query, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    // Copied component by component: the index lends the array itself, and fills it anew for the next hit.
    private static void WriteScriptField(this Utf8JsonWriter json, FieldMapping mapping)
    {
        string value = mapping.Dialect == EngineDialect.Elasticsearch ? "vectorValue" : "value";
        json.WriteStartObject("script_fields");
        json.WriteStartObject(mapping.Field);
        json.WriteStartObject("script");
        json.WriteString("source", $"List v = []; if (doc[params.field].size() > 0) {{ for (def c : doc[params.field].{value}) {{ v.add(c); }} }} return v;");
        json.WriteStartObject("params");
        json.WriteString("field", mapping.Field);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
