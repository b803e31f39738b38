using System.Text.Json;
using EsRefine.EmbeddedIndex.Mapping;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary><c>match</c>: BM25 over the words of the text; on fields other than text, a <c>term</c> query.</summary>
/// <param name="Field">A path, possibly of a multi-field.</param>
/// <param name="Text">The query as sent: a string, a number or a boolean.</param>
/// <param name="AllWords">True for <c>operator: and</c>.</param>
internal sealed record MatchQuery(string Field, JsonElement Text, bool AllWords) : Query
{
    public static Query Parse(JsonElement body)
    {
        if (!body.EnumerateObject().Any())
        {
            throw ElasticsearchException.Parsing("No text specified for text query");
        }

        JsonProperty field = QueryParser.SingleField("match", body).Field;
        if (field.Value.ValueKind != JsonValueKind.Object)
        {
            return new MatchQuery(field.Name, field.Value, AllWords: false);
        }

        MatchQuery query = new(field.Name, default, AllWords: false);
        foreach (JsonProperty member in field.Value.EnumerateObject())
        {
            query = member.Name switch
            {
                "query" => query with { Text = member.Value },
                "boost" => query with { Boost = QueryParser.Float("match", member) },
                "operator" => query with { AllWords = ParseOperator(member.Value.ToString()) },
                _ => throw QueryParser.Unsupported("match", member.Name),
            };
        }

        return query.Text.ValueKind != JsonValueKind.Undefined ? query : throw ElasticsearchException.Parsing("No text specified for text query");
    }

    protected override void Score(ShardContext shard, Span<float> scores)
    {
        if (!shard.Index.Mapping.Fields.TryGetValue(Field, out FieldDefinition? field))
        {
            return;
        }

        if (field.Type != FieldType.Text)
        {
            new TermsQuery(Field, [Text], Scored: true) { Boost = Boost }.Evaluate(shard).CopyTo(scores);
            return;
        }

        if (shard.Index.Terms(Field) is not { } terms)
        {
            return;
        }

        string[] words = [.. StandardTokens.Of(Text.ToString())];
        foreach (string word in words)
        {
            terms.Score(word, Boost, scores);
        }

        if (AllWords)
        {
            RequireAll(terms, words, scores);
        }
    }

    private static void RequireAll(TermColumn terms, string[] words, Span<float> scores)
    {
        float[] having = new float[scores.Length];
        foreach (string word in words)
        {
            Array.Fill(having, float.NaN);
            terms.Match(word, 1, having);
            for (int ordinal = 0; ordinal < having.Length; ordinal++)
            {
                scores[ordinal] = float.IsNaN(having[ordinal]) ? float.NaN : scores[ordinal];
            }
        }
    }

    private static bool ParseOperator(string text) => text.ToLowerInvariant() switch
    {
        "and" => true,
        "or" => false,
        _ => throw ElasticsearchException.IllegalArgument($"No enum constant org.elasticsearch.index.query.Operator.{text.ToUpperInvariant()}"),
    };
}
