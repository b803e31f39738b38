using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>A node of the query DSL. Parsing needs no index. A query is scored against one index at a time.</summary>
internal abstract record Query
{
    public float Boost { get; init; } = 1;

    /// <summary>Returns a score for every ordinal of the index; NaN if the query does not match or the document is deleted.</summary>
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

    /// <summary>Replaces the NaN of matching documents with their scores, including the boost. Deleted documents may get a score too.</summary>
    protected abstract void Score(ShardContext shard, Span<float> scores);
}

/// <summary>The context in which a query is scored.</summary>
/// <param name="Index">The index, which has one shard.</param>
/// <param name="Size">Number of hits requested, which is the default <c>k</c> of a <c>knn</c> query.</param>
internal sealed record ShardContext(DocumentIndex Index, int Size)
{
    /// <summary>The 400 error of a query that cannot run on this index.</summary>
    public ElasticsearchException Refuse(ElasticsearchException cause) =>
        new(StatusCodes.Status400BadRequest, "query_shard_exception", "failed to create query: " + cause.Reason, cause)
        {
            Details = [("index_uuid", Index.Uuid), ("index", Index.Name)],
        };
}
