using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary><c>match_all</c>: every document, with the boost as score.</summary>
internal sealed record MatchAllQuery : Query
{
    public static Query Parse(JsonElement body) => new MatchAllQuery { Boost = BoostOnly.Parse("match_all", body) };

    protected override void Score(ShardContext shard, Span<float> scores) => scores.Fill(Boost);
}

/// <summary><c>match_none</c>: no document.</summary>
internal sealed record MatchNoneQuery : Query
{
    public static Query Parse(JsonElement body) => new MatchNoneQuery { Boost = BoostOnly.Parse("match_none", body) };

    protected override void Score(ShardContext shard, Span<float> scores)
    {
    }
}

/// <summary><c>ids</c>: documents by <c>_id</c>, with the boost as score.</summary>
internal sealed record IdsQuery(IReadOnlyList<string> Ids) : Query
{
    public static Query Parse(JsonElement body)
    {
        IdsQuery query = new([]);
        foreach (JsonProperty member in body.EnumerateObject())
        {
            query = member.Name switch
            {
                "values" when member.Value.ValueKind == JsonValueKind.Array =>
                    query with { Ids = [.. member.Value.EnumerateArray().Select(static id => id.ToString())] },
                "boost" => query with { Boost = QueryParser.Float("ids", member) },
                _ => throw QueryParser.UnknownField("ids", member.Name),
            };
        }

        return query;
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        foreach (string id in Ids)
        {
            if (shard.Index.FindOrdinal(id) is { } ordinal)
            {
                scores[ordinal] = Boost;
            }
        }
    }
}

/// <summary><c>exists</c>: documents with a value in the field, or in any field below it.</summary>
internal sealed record ExistsQuery(string Field) : Query
{
    public static Query Parse(JsonElement body)
    {
        string? field = null;
        float boost = 1;
        foreach (JsonProperty member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                case "field":
                    field = member.Value.ToString();
                    break;
                case "boost":
                    boost = QueryParser.Float("exists", member);
                    break;
                default:
                    throw QueryParser.Unsupported("exists", member.Name);
            }
        }

        return new ExistsQuery(field ?? throw ElasticsearchException.Parsing("[exists] must be provided with a [field]")) { Boost = boost };
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        foreach (string path in shard.Index.Mapping.Fields.Keys)
        {
            if (path == Field || path.StartsWith(Field + ".", StringComparison.Ordinal))
            {
                foreach (int ordinal in shard.Index.DocumentsWith(path))
                {
                    scores[ordinal] = Boost;
                }
            }
        }
    }
}

/// <summary><c>constant_score</c>: documents that match the filter, with the boost as score.</summary>
internal sealed record ConstantScoreQuery(Query Filter) : Query
{
    public static Query Parse(JsonElement body)
    {
        Query? filter = null;
        float boost = 1;
        foreach (JsonProperty member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                case "filter":
                    filter = QueryParser.Parse(member.Value);
                    break;
                case "boost":
                    boost = QueryParser.Float("constant_score", member);
                    break;
                default:
                    throw QueryParser.Unsupported("constant_score", member.Name);
            }
        }

        return new ConstantScoreQuery(filter ?? throw ElasticsearchException.Parsing("[constant_score] requires a 'filter' element")) { Boost = boost };
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        float[] allowed = Filter.Evaluate(shard);
        for (int ordinal = 0; ordinal < allowed.Length; ordinal++)
        {
            if (!float.IsNaN(allowed[ordinal]))
            {
                scores[ordinal] = Boost;
            }
        }
    }
}

/// <summary>Parses bodies that may hold only a boost.</summary>
internal static class BoostOnly
{
    public static float Parse(string type, JsonElement body)
    {
        float boost = 1;
        foreach (JsonProperty member in body.EnumerateObject())
        {
            boost = member.Name == "boost"
                ? QueryParser.Float(type, member)
                : throw new ElasticsearchException(
                    StatusCodes.Status400BadRequest,
                    "parsing_exception",
                    $"[{type}] unknown field [{member.Name}]",
                    QueryParser.UnknownField(type, member.Name));
        }

        return boost;
    }
}
