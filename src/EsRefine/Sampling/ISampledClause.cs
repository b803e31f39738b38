using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>What ranks the hits of a sample: the client's clause alone, without thresholds, with as many candidates as a sample needs.</summary>
internal interface ISampledClause
{
    /// <summary>Writes the clause as the one member of a query object.</summary>
    void Write(Utf8JsonWriter json, SamplePlan plan, PreFilter filter);
}

/// <summary>Chooses what ranks a sample.</summary>
internal static class SampledClause
{
    /// <summary>Fewer candidates than this make a poor sample of an approximate index.</summary>
    private const int FewestCandidates = 100;

    /// <summary>Limit of both engines.</summary>
    private const int MostCandidates = 10_000;

    public static ISampledClause Of(KnnClause clause, FieldMapping mapping) =>
        clause.Script is { } script ? new ScriptScore(script)
        : mapping.Dialect == EngineDialect.OpenSearch ? new OpenSearchKnn(clause.Field)
        : new ElasticsearchKnn(mapping.SemanticField is null ? clause.Field : mapping.Field);

    /// <summary>Candidates to rank: as many as the client asks for, but enough for a sample.</summary>
    public static int Candidates(int? asked, int sampleSize) => Math.Clamp(asked ?? 0, Math.Max(sampleSize, FewestCandidates), MostCandidates);
}

/// <summary>Elasticsearch <c>knn</c>, at the top level or in a query.</summary>
internal sealed class ElasticsearchKnn(string field) : ISampledClause
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, PreFilter filter) => Write(json, plan, filter, innerHits: null);

    /// <param name="json">The search.</param>
    /// <param name="plan">What to sample.</param>
    /// <param name="filter">The clause's filter.</param>
    /// <param name="innerHits">Writes the <c>inner_hits</c> of a top-level clause on nested documents.</param>
    public void Write(Utf8JsonWriter json, SamplePlan plan, PreFilter filter, Action? innerHits)
    {
        int candidates = SampledClause.Candidates(plan.Clause.NumCandidates, plan.Size);
        json.WriteStartObject("knn");
        json.WriteString("field", field);
        json.WritePropertyName("query_vector");
        json.WriteRawValue(plan.QueryVectorJson, skipInputValidation: true);
        json.WriteNumber("k", filter.LeavesOthers ? candidates : plan.Size);
        json.WriteNumber("num_candidates", candidates);
        filter.Write(json);
        innerHits?.Invoke();
        json.WriteEndObject();
    }
}

/// <summary>OpenSearch <c>knn</c> query.</summary>
internal sealed class OpenSearchKnn(string field) : ISampledClause
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, PreFilter filter)
    {
        json.WriteStartObject("knn");
        json.WriteStartObject(field);
        json.WritePropertyName("vector");
        json.WriteRawValue(plan.QueryVectorJson, skipInputValidation: true);

        // OpenSearch has no num_candidates: it searches the graph for k and returns size of them. With the client's k the sample is the head of their result.
        json.WriteNumber("k", SampledClause.Candidates(plan.Clause.K, plan.Size));
        filter.Write(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>Exact kNN: the client's script over the documents that pass the filters, and over the client's query where its score counts.</summary>
internal sealed class ScriptScore(KnnScript script) : ISampledClause
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, PreFilter filter)
    {
        ReadOnlySpan<byte> scored = !script.UsesScore ? default : script.ScoredQuery.IsMissing ? """{"match_all":{}}"""u8 : script.ScoredQuery.Span;
        json.WriteStartObject("script_score");
        json.WritePropertyName("query");
        json.WriteBool(filter.Filters, scored);
        json.WriteCopy("script", script.Json);
        json.WriteEndObject();
    }
}
