using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>The parameters that the <c>knn</c> section, query and retriever share, and the exact search that they describe.</summary>
internal sealed record KnnParameters
{
    private const int MaxCandidates = 10_000;

    public required string Field { get; init; }

    /// <summary>An array, a single number, or a string: Base64 or hex.</summary>
    public required JsonElement QueryVector { get; init; }

    /// <summary>Null means the default of the section, query or retriever.</summary>
    public int? K { get; init; }

    /// <summary>Checked, and used as a default of <c>k</c>. It has no other effect on an exact search.</summary>
    public int? NumCandidates { get; init; }

    public Query? Filter { get; init; }

    /// <summary>Smallest raw similarity of a hit; for <c>l2_norm</c> the largest distance.</summary>
    public float? Similarity { get; init; }

    public float Boost { get; init; } = 1;

    /// <exception cref="ElasticsearchException">400: an unknown or missing key, or a number out of bounds.</exception>
    public static KnnParameters Parse(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw ElasticsearchException.Parsing("[knn] must be an object");
        }

        KnnParameters clause = new() { Field = "", QueryVector = default };
        foreach (JsonProperty member in body.EnumerateObject())
        {
            clause = member.Name switch
            {
                "field" => clause with { Field = member.Value.ToString() },
                "query_vector" => clause with { QueryVector = member.Value },
                "k" => clause with { K = QueryParser.Integer("knn", member) },
                "num_candidates" => clause with { NumCandidates = QueryParser.Integer("knn", member) },
                "filter" => clause with { Filter = BoolQuery.AllOf(QueryParser.ParseMany(member.Value)) },
                "similarity" => clause with { Similarity = QueryParser.Float("knn", member) },
                "boost" => clause with { Boost = QueryParser.Float("knn", member) },
                // These tune approximate search and rescoring. An exact search returns the best possible result without them.
                "rescore_vector" or "visit_percentage" => clause,
                _ => throw QueryParser.UnknownField("knn", member.Name),
            };
        }

        return clause.Checked();
    }

    /// <summary>The score of every document that has a vector, passes the filter and reaches the threshold; NaN elsewhere.</summary>
    /// <exception cref="ElasticsearchException">
    /// 400 <c>query_shard_exception</c>: wrong field, wrong dimensions, or a vector that the similarity does not support.
    /// </exception>
    public float[] ScoreAll(ShardContext shard)
    {
        float[] scores = new float[shard.Index.OrdinalCount];
        Array.Fill(scores, float.NaN);
        if (!shard.Index.Mapping.Fields.TryGetValue(Field, out FieldDefinition? field))
        {
            return scores;
        }

        float[] queryVector;
        try
        {
            queryVector = VectorFor(field);
        }
        catch (ElasticsearchException exception)
        {
            throw shard.Refuse(exception);
        }

        if (shard.Index.Vectors(Field) is not { } column)
        {
            return scores;
        }

        // The filter excludes deleted documents. Without a filter, match_all does so.
        float[] allowed = (Filter ?? new MatchAllQuery()).Evaluate(shard);
        column.Score(queryVector, field.Vector!.Similarity, allowed, scores);
        float threshold = Similarity is { } raw ? SimilarityScore.Of(field.Vector.Similarity, raw) : float.NegativeInfinity;
        for (int ordinal = 0; ordinal < scores.Length; ordinal++)
        {
            scores[ordinal] = scores[ordinal] >= threshold ? scores[ordinal] * Boost : float.NaN;
        }

        return scores;
    }

    private float[] VectorFor(FieldDefinition field)
    {
        if (field.Vector is not { } options)
        {
            throw ElasticsearchException.IllegalArgument("[knn] queries are only supported on [dense_vector] fields");
        }

        if (!options.Indexed)
        {
            throw ElasticsearchException.IllegalArgument($"to perform knn search on field [{Field}], its mapping must have [index] set to [true]");
        }

        float[] vector = QueryVector.ValueKind switch
        {
            JsonValueKind.String => VectorValue.ParseText("query_vector", QueryVector.GetString()!, options.Dimensions),
            JsonValueKind.Number => [QueryVector.GetSingle()],
            _ => VectorValue.ParseQueryArray(QueryVector),
        };
        if (options.Dimensions is { } dimensions && vector.Length != dimensions)
        {
            throw ElasticsearchException.IllegalArgument(
                $"The query vector has a different number of dimensions [{vector.Length}] than the document vectors [{dimensions}].");
        }

        VectorValue.Check(vector, options);
        return vector;
    }

    private KnnParameters Checked()
    {
        string? fault =
            Field.Length == 0 ? "Required [field]"
            : QueryVector.ValueKind == JsonValueKind.Undefined ? "either [query_vector_builder] or [query_vector] must be provided"
            : K < 1 ? "[k] must be greater than 0"
            : NumCandidates > MaxCandidates ? $"[num_candidates] cannot exceed [{MaxCandidates}]"
            : NumCandidates < K ? "[num_candidates] cannot be less than [k]"
            : NumCandidates < 1 ? "[num_candidates] must be greater than 0"
            : null;
        if (fault is not null)
        {
            throw ElasticsearchException.IllegalArgument(fault);
        }

        if (QueryVector.ValueKind is not (JsonValueKind.Array or JsonValueKind.Number or JsonValueKind.String))
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "x_content_parse_exception", "[knn] query_vector doesn't support values of type: " + QueryVector.ValueKind);
        }

        if (QueryVector.ValueKind == JsonValueKind.Array)
        {
            try
            {
                VectorValue.ParseQueryArray(QueryVector);
            }
            catch (ElasticsearchException exception)
            {
                throw new ElasticsearchException(
                    StatusCodes.Status400BadRequest, "x_content_parse_exception", "[knn] failed to parse field [query_vector]", exception);
            }
        }

        return this;
    }
}
