using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>
/// <c>knn</c> as a query: the <c>k</c> nearest documents of the index. On a flat index it matches every document and ignores <c>k</c>, as Elasticsearch 9.4
/// does.
/// </summary>
internal sealed record KnnQuery(KnnParameters Clause) : Query
{
    public static Query Parse(JsonElement body)
    {
        try
        {
            return new KnnQuery(KnnParameters.Parse(body));
        }
        catch (ElasticsearchException exception) when (exception.Type == "illegal_argument_exception")
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest, "x_content_parse_exception", "Failed to build [knn] after last required field arrived", exception);
        }
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        float[] all = Clause.ScoreAll(shard);
        if (!shard.Index.Mapping.Fields.TryGetValue(Clause.Field, out FieldDefinition? field))
        {
            return;
        }

        if (field.Vector!.IsFlat)
        {
            all.CopyTo(scores);
            return;
        }

        int k = Clause.K ?? Math.Min(shard.Size, Clause.NumCandidates ?? shard.Size);
        if (k < 1)
        {
            throw shard.Refuse(ElasticsearchException.IllegalArgument($"k must be at least 1, got: {k}"));
        }

        foreach (RankedDocument nearest in TopDocuments.Of(all, k))
        {
            scores[nearest.Ordinal] = nearest.Score;
        }
    }
}
