using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary><c>term</c> and <c>terms</c>: exact values. A <c>term</c> on text, keyword or boolean is scored by BM25. All others get the boost.</summary>
/// <param name="Field">A path, possibly of a multi-field, or <c>_id</c>.</param>
/// <param name="Values">Strings, numbers or booleans.</param>
/// <param name="Scored">True for <c>term</c>.</param>
internal sealed record TermsQuery(string Field, IReadOnlyList<JsonElement> Values, bool Scored) : Query
{
    public static Query ParseTerm(JsonElement body)
    {
        JsonProperty field = QueryParser.SingleField("term", body).Field;
        if (field.Value.ValueKind != JsonValueKind.Object)
        {
            return new TermsQuery(field.Name, [field.Value], Scored: true);
        }

        TermsQuery query = new(field.Name, [], Scored: true);
        foreach (JsonProperty member in field.Value.EnumerateObject())
        {
            query = member.Name switch
            {
                "value" => query with { Values = [member.Value] },
                "boost" => query with { Boost = QueryParser.Float("term", member) },
                _ => throw QueryParser.Unsupported("term", member.Name),
            };
        }

        return query.Values.Count == 1 ? query : throw ElasticsearchException.IllegalArgument("value cannot be null");
    }

    public static Query Parse(JsonElement body)
    {
        (JsonProperty field, float boost) = QueryParser.SingleField("terms", body, boostBeside: true);
        return field.Value.ValueKind == JsonValueKind.Array
            ? new TermsQuery(field.Name, [.. field.Value.EnumerateArray()], Scored: false) { Boost = boost }
            : throw ElasticsearchException.Parsing($"[terms] query does not support [{field.Name}]: an array of values is expected");
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        if (Field == "_id")
        {
            new IdsQuery([.. Values.Select(static value => value.ToString())]) { Boost = Boost }.Evaluate(shard).CopyTo(scores);
            return;
        }

        if (!shard.Index.Mapping.Fields.TryGetValue(Field, out FieldDefinition? field))
        {
            return;
        }

        foreach (JsonElement value in Values)
        {
            if (field.Type.IsTerm())
            {
                MatchTerm(field, value, shard, scores);
            }
            else if (field.Type == FieldType.DenseVector)
            {
                throw shard.Refuse(ElasticsearchException.IllegalArgument(
                    $"Field [{Field}] of type [dense_vector] doesn't support term queries"));
            }
            else
            {
                (double from, double to) = RangeQuery.Interval(field, value.ToString(), shard);
                shard.Index.Numbers(Field)?.Match(from, to, Boost, scores);
            }
        }
    }

    private void MatchTerm(FieldDefinition field, JsonElement value, ShardContext shard, Span<float> scores)
    {
        string term = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.ToString().ToLowerInvariant() : value.ToString();
        if (field.Type == FieldType.Boolean && term is not ("true" or "false"))
        {
            throw shard.Refuse(ElasticsearchException.IllegalArgument($"Can't parse boolean value [{term}], expected [true] or [false]"));
        }

        if (shard.Index.Terms(Field) is not { } terms)
        {
            return;
        }

        if (Scored)
        {
            terms.Score(term, Boost, scores);
        }
        else
        {
            terms.Match(term, Boost, scores);
        }
    }
}
