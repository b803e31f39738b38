using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>A node of the query DSL. Parsed without an index; scored against one at a time.</summary>
internal abstract record Query
{
    public float Boost { get; init; } = 1;

    /// <summary>A score for every ordinal of the index; NaN where the query does not match or the document is deleted.</summary>
    /// <exception cref="ElasticsearchException">400 <c>query_shard_exception</c>: the query does not fit the mapping.</exception>
    public float[] Evaluate(ShardContext shard)
    {
        float[] scores = new float[shard.Index.OrdinalCount];
        Array.Fill(scores, float.NaN);
        Score(shard, scores);
        for (int ordinal = 0; ordinal < scores.Length; ordinal++)
        {
            if (!shard.Index.IsLive(ordinal))
            {
                scores[ordinal] = float.NaN;
            }
        }

        return scores;
    }

    /// <summary>Writes scores, boost included, over the NaN of matching documents; deleted ones may be written too.</summary>
    protected abstract void Score(ShardContext shard, Span<float> scores);
}

/// <summary>What a query may know of the search around it.</summary>
/// <param name="Index">The index, with its one shard.</param>
/// <param name="Size">Hits asked for: the default <c>k</c> of a <c>knn</c> query.</param>
internal sealed record ShardContext(DocumentIndex Index, int Size)
{
    /// <summary>400: the query cannot be made for this index.</summary>
    public ElasticsearchException Refuse(ElasticsearchException cause) =>
        new(StatusCodes.Status400BadRequest, "query_shard_exception", "failed to create query: " + cause.Reason, cause)
        {
            Details = [("index_uuid", Index.Uuid), ("index", Index.Name)],
        };
}
