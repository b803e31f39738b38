using EsRefine.EmbeddedIndex.Queries;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Search;

/// <summary>
/// Runs a search over indices of one shard each. It finds the nearest neighbors of all indices together, then runs the query. The result is the union of
/// both.
/// </summary>
internal static class SearchExecution
{
    /// <summary>Returns the page of hits, best first. Equal scores are ordered by index as named in the request, then by the order of writing.</summary>
    /// <exception cref="ShardException">400: the search does not fit the mapping of an index. One failing index fails the whole search.</exception>
    public static SearchResult Run(IReadOnlyList<DocumentIndex> indices, SearchDefinition search)
    {
        ShardContext[] shards = [.. indices.Select(index => new ShardContext(index, search.Size))];
        float[][] scores = Array.ConvertAll(shards, static shard => Unmatched(shard));
        foreach (KnnParameters clause in search.Knn)
        {
            AddNearest(clause, clause.K ?? search.Size, shards, scores);
        }

        for (int shard = 0; shard < shards.Length; shard++)
        {
            CheckPage(shards[shard], search);
            if ((search.Query ?? (search.Knn.Count == 0 ? new MatchAllQuery() : null)) is { } query)
            {
                Add(EvaluateOn(shards[shard], "query", query.Evaluate), scores[shard]);
            }

            Restrict(shards[shard], search, scores[shard]);
        }

        int window = search.From + search.Size;
        SearchHit[] ranked =
        [
            .. scores
                .SelectMany((shardScores, shard) => TopDocuments.Of(shardScores, Math.Max(window, 1))
                    .Select(hit => new SearchHit(indices[shard], hit.Ordinal, hit.Score)))
                .OrderByDescending(static hit => hit.Score),
        ];
        return new SearchResult(
            indices.Count,
            scores.Sum(static shardScores => shardScores.LongCount(static score => !float.IsNaN(score))),
            search.Size > 0 && ranked.Length > 0 ? ranked[0].Score : null,
            [.. ranked.Skip(search.From).Take(search.Size)]);
    }

    /// <summary>Counts the documents that match the query.</summary>
    public static long Count(DocumentIndex index, Query query)
    {
        ShardContext shard = new(index, Size: 10);
        return EvaluateOn(shard, "query", query.Evaluate).LongCount(static score => !float.IsNaN(score));
    }

    private static float[] Unmatched(ShardContext shard)
    {
        float[] scores = new float[shard.Index.OrdinalCount];
        Array.Fill(scores, float.NaN);
        return scores;
    }

    private static void AddNearest(KnnParameters clause, int k, ShardContext[] shards, float[][] scores)
    {
        IEnumerable<(int Shard, RankedDocument Hit)> nearest = shards
            .SelectMany((shard, number) => TopDocuments.Of(EvaluateOn(shard, "dfs", clause.ScoreAll), k).Select(hit => (number, hit)))
            .OrderByDescending(static found => found.hit.Score)
            .Take(k);
        foreach ((int shard, RankedDocument hit) in nearest)
        {
            ref float score = ref scores[shard][hit.Ordinal];
            score = float.IsNaN(score) ? hit.Score : score + hit.Score;
        }
    }

    private static void Add(float[] part, float[] scores)
    {
        for (int ordinal = 0; ordinal < part.Length; ordinal++)
        {
            if (!float.IsNaN(part[ordinal]))
            {
                scores[ordinal] = float.IsNaN(scores[ordinal]) ? part[ordinal] : scores[ordinal] + part[ordinal];
            }
        }
    }

    private static void Restrict(ShardContext shard, SearchDefinition search, float[] scores)
    {
        float[]? allowed = search.PostFilter is { } filter ? EvaluateOn(shard, "query", filter.Evaluate) : null;
        for (int ordinal = 0; ordinal < scores.Length; ordinal++)
        {
            if ((allowed is not null && float.IsNaN(allowed[ordinal])) || scores[ordinal] < search.MinScore)
            {
                scores[ordinal] = float.NaN;
            }
        }
    }

    private static void CheckPage(ShardContext shard, SearchDefinition search)
    {
        if ((long)search.From + search.Size > SearchDefinition.MaxResultWindow)
        {
            throw new ShardException(shard.Index.Name, "query", ElasticsearchException.IllegalArgument(
                $"Result window is too large, from + size must be less than or equal to: [{SearchDefinition.MaxResultWindow}] but was "
                + $"[{(long)search.From + search.Size}]. See the scroll api for a more efficient way to request large data sets. "
                + "This limit can be set by changing the [index.max_result_window] index level setting."));
        }

        EvaluateOn(shard, "query", context =>
        {
            search.Fields.Check(context);
            return true;
        });
    }

    private static T EvaluateOn<T>(ShardContext shard, string phase, Func<ShardContext, T> evaluate)
    {
        try
        {
            return evaluate(shard);
        }
        catch (ElasticsearchException exception)
        {
            throw new ShardException(shard.Index.Name, phase, exception);
        }
    }
}

/// <summary>A hit and its index.</summary>
internal readonly record struct SearchHit(DocumentIndex Index, int Ordinal, float Score);

/// <summary>The result of a search.</summary>
/// <param name="Shards">Number of indices searched.</param>
/// <param name="Total">Number of all matching documents, not only those on the page.</param>
/// <param name="MaxScore">Null if no hits were requested or found.</param>
/// <param name="Hits">The hits of the page.</param>
internal sealed record SearchResult(int Shards, long Total, float? MaxScore, IReadOnlyList<SearchHit> Hits);
