using System.Text.Json;
using EsRefine.Recognition;

namespace EsRefine.Sampling;

/// <summary>Writes the sampling search: one clause alone, its filters and those around it, the texts to judge and the vectors to learn from.</summary>
internal static class SampleRequest
{
    /// <summary>Fewer candidates than this make a poor sample of an approximate index.</summary>
    private const int FewestCandidates = 100;

    private const int MostCandidates = 10_000;

    /// <summary>The body of the sampling search.</summary>
    /// <param name="plan">What to sample.</param>
    /// <param name="reading">How to ask for the vectors.</param>
    public static byte[] Write(SamplePlan plan, VectorReading reading)
    {
        using MemoryStream stream = new(plan.Body.Length + 512);
        using (Utf8JsonWriter json = new(stream))
        {
            ReadOnlySpan<byte> body = plan.Body.Span;
            json.WriteStartObject();
            json.WriteNumber("from", 0);
            json.WriteNumber("size", plan.Size);
            json.WriteBoolean("track_total_hits", false);
            WriteClause(json, plan, reading);
            WriteSource(json, SourceOfHits(plan, reading));
            WriteChunkText(json, plan);
            if (plan.PassagePath is null)
            {
                WriteReading(json, plan, reading);
            }

            CopyIfPresent(json, "pit", plan.Recognized.PointInTime, body);
            CopyIfPresent(json, "search_pipeline", plan.Recognized.SearchPipeline, body);
            CopyIfPresent(json, "runtime_mappings", plan.Recognized.RuntimeMappings, body);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteClause(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        KnnClause clause = plan.Clause;
        if (plan.IsTopLevel)
        {
            WriteElasticsearchClause(json, plan, reading);
        }
        else
        {
            json.WriteStartObject("query");
            WriteQuery(json, plan, reading);
            json.WriteEndObject();
        }

        // What is demanded of the hit cannot stand in a clause that looks at passages: there it would be asked of them, and let through what it forbids.
        EnclosingFilter[] ofHits = plan.PassagePath is null ? [] : [.. clause.Filters.Where(static filter => filter is { IsOwn: false, NestedPath: null })];
        if (ofHits.Length > 0)
        {
            json.WritePropertyName("post_filter");
            WriteFilters(json, plan, ofHits);
        }
    }

    private static void WriteQuery(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        if (plan.PassagePath is not { } path)
        {
            WriteLeaf(json, plan, reading);
            return;
        }

        json.WriteStartObject("nested");
        json.WriteString("path", path);
        json.WriteString("score_mode", "max");
        if (plan.Mapping.SemanticField is not null)
        {
            json.WriteBoolean("ignore_unmapped", true);   // as the clause on the semantic_text field itself does
        }

        json.WriteStartObject("query");
        EnclosingFilter[] ofPassages = [.. plan.Clause.Filters.Where(static filter => filter is { IsOwn: false, NestedPath: not null })];
        if (ofPassages.Length == 0)
        {
            WriteLeaf(json, plan, reading);
        }
        else
        {
            json.WriteStartObject("bool");
            json.WriteStartArray("must");
            json.WriteStartObject();
            WriteLeaf(json, plan, reading);
            json.WriteEndObject();
            json.WriteEndArray();
            WriteConditions(json, "filter", plan, ofPassages, negated: false);
            WriteConditions(json, "must_not", plan, ofPassages, negated: true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteInnerHits(json, plan, reading);
        json.WriteEndObject();
    }

    private static void WriteLeaf(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        if (plan.Clause.Script is { } script)
        {
            WriteScriptScore(json, plan, script);
        }
        else if (plan.Mapping.Dialect == EngineDialect.Elasticsearch)
        {
            WriteElasticsearchClause(json, plan, reading);
        }
        else
        {
            WriteOpenSearchClause(json, plan);
        }
    }

    private static void WriteElasticsearchClause(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        json.WriteStartObject("knn");
        json.WriteString("field", plan.Mapping.SemanticField is null ? plan.Clause.Field : plan.Mapping.Field);
        json.WritePropertyName("query_vector");
        json.WriteRawValue(plan.QueryVectorJson, skipInputValidation: true);
        json.WriteNumber("k", Nearest(plan));
        json.WriteNumber("num_candidates", Candidates(plan));
        WriteOwnFilters(json, plan);
        if (plan.PassagePath is not null && plan.IsTopLevel)
        {
            WriteInnerHits(json, plan, reading);
        }

        json.WriteEndObject();
    }

    private static void WriteOpenSearchClause(Utf8JsonWriter json, SamplePlan plan)
    {
        json.WriteStartObject("knn");
        json.WriteStartObject(plan.Clause.Field);
        json.WritePropertyName("vector");
        json.WriteRawValue(plan.QueryVectorJson, skipInputValidation: true);

        // OpenSearch has no num_candidates: the graph is searched for k, of which size are returned. With the caller's own k the sample is the head of their result.
        json.WriteNumber("k", Math.Clamp(plan.Clause.K ?? 0, Math.Max(plan.Size, FewestCandidates), MostCandidates));
        WriteOwnFilters(json, plan);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Exact kNN: the client's script over the documents that pass all filters, and over the client's query where its score counts.</summary>
    private static void WriteScriptScore(Utf8JsonWriter json, SamplePlan plan, ByteRange script)
    {
        json.WriteStartObject("script_score");
        json.WritePropertyName("query");
        WriteFilters(json, plan, plan.PassagePath is null ? plan.Clause.Filters : [], plan.Clause.UsesScore);
        WriteRaw(json, "script", script, plan.Body.Span);
        json.WriteEndObject();
    }

    /// <summary>The clause's pre-filters: its own; of a flat field all around it too, so that nothing is sampled that can never be delivered.</summary>
    private static void WriteOwnFilters(Utf8JsonWriter json, SamplePlan plan)
    {
        if (plan.Clause.Filters.Count == 0)
        {
            return;
        }

        if (plan.PassagePath is null)
        {
            json.WritePropertyName("filter");
            WriteFilters(json, plan, plan.Clause.Filters);
        }
        else if (plan.Clause.Filters.FirstOrDefault(static filter => filter.IsOwn) is { Range.Length: > 0 } own)
        {
            WriteRaw(json, "filter", own.Range, plan.Body.Span);   // as it stands: one wrapper more and the engines no longer see what it speaks of
        }
    }

    /// <summary>The hit's best passage: its text, and its vector where it can be read from there.</summary>
    private static void WriteInnerHits(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        json.WriteStartObject("inner_hits");
        json.WriteNumber("size", 1);
        WriteSource(json, plan.TextFields.Where(plan.IsOfPassage));
        WriteReading(json, plan, reading);
        json.WriteEndObject();
    }

    /// <summary>The best chunk's text, which only the engine can cut out: chunks are kept as offsets into a text, or into those copied to it.</summary>
    private static void WriteChunkText(Utf8JsonWriter json, SamplePlan plan)
    {
        if (plan.TextFields.FirstOrDefault(plan.IsOfChunk) is { } field)
        {
            json.WriteStartObject("highlight");
            json.WriteStartObject("fields");
            json.WriteStartObject(field);
            json.WriteString("type", "semantic");
            json.WriteNumber("number_of_fragments", 1);
            json.WriteString("order", "score");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    // OpenSearch shows a passage's own _source with a vector of one number (derived source), so passages' vectors come with the hit's.
    private static IEnumerable<string> SourceOfHits(SamplePlan plan, VectorReading reading) =>
        plan.TextFields.Where(field => !plan.IsOfPassage(field) && !plan.IsOfChunk(field)).Concat(reading == VectorReading.Source ? [plan.Mapping.Field] : []);

    private static void WriteReading(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        string field = plan.Mapping.Field;
        switch (reading)
        {
            case VectorReading.DocValues:
                WriteStrings(json, "docvalue_fields", [field]);
                break;
            case VectorReading.Fields:
                WriteStrings(json, "fields", [field]);
                break;
            case VectorReading.Script:
                // Copied component by component: the array itself is lent by the index, which fills it anew for the next hit.
                string value = plan.Mapping.Dialect == EngineDialect.Elasticsearch ? "vectorValue" : "value";
                json.WriteStartObject("script_fields");
                json.WriteStartObject(field);
                json.WriteStartObject("script");
                json.WriteString("source", $"List v = []; if (doc[params.field].size() > 0) {{ for (def c : doc[params.field].{value}) {{ v.add(c); }} }} return v;");
                json.WriteStartObject("params");
                json.WriteString("field", field);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
                break;
        }
    }

    private static int Candidates(SamplePlan plan) => Math.Clamp(plan.Clause.NumCandidates ?? 0, Math.Max(plan.Size, FewestCandidates), MostCandidates);

    /// <summary>As many as are judged, unless filters behind the clause take some away.</summary>
    private static int Nearest(SamplePlan plan) =>
        plan.PassagePath is not null && plan.Clause.Filters.Any(static filter => !filter.IsOwn) ? Candidates(plan) : plan.Size;

    /// <summary>All filters as one <c>bool</c>, which both engines take where a filter stands. Filters score 0.</summary>
    private static void WriteFilters(Utf8JsonWriter json, SamplePlan plan, IReadOnlyList<EnclosingFilter> filters, bool isScored = false)
    {
        json.WriteStartObject();
        json.WriteStartObject("bool");
        if (isScored)
        {
            json.WritePropertyName("must");
            json.WriteRawValue(plan.Clause.ScoredQuery is { } query ? query.Of(plan.Body.Span) : """{"match_all":{}}"""u8, skipInputValidation: true);
        }

        WriteConditions(json, "filter", plan, filters, negated: false);
        WriteConditions(json, "must_not", plan, filters, negated: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConditions(Utf8JsonWriter json, string name, SamplePlan plan, IReadOnlyList<EnclosingFilter> filters, bool negated)
    {
        json.WriteStartArray(name);
        foreach (EnclosingFilter filter in filters)
        {
            if (filter.IsNegated != negated)
            {
                continue;
            }

            ReadOnlySpan<byte> raw = filter.Range.Of(plan.Body.Span);
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

    private static void WriteSource(Utf8JsonWriter json, IEnumerable<string> fields)
    {
        if (fields.Any())
        {
            WriteStrings(json, "_source", fields);
        }
        else
        {
            json.WriteBoolean("_source", false);   // an empty list means all
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
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
