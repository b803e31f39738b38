using System.Globalization;
using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>Finds the parser of each query type and parses what the types have in common.</summary>
internal static class QueryParser
{
    private static readonly Dictionary<string, Func<JsonElement, Query>> Types = new(StringComparer.Ordinal)
    {
        ["match_all"] = MatchAllQuery.Parse,
        ["match_none"] = MatchNoneQuery.Parse,
        ["match"] = MatchQuery.Parse,
        ["term"] = TermsQuery.ParseTerm,
        ["terms"] = TermsQuery.Parse,
        ["ids"] = IdsQuery.Parse,
        ["range"] = RangeQuery.Parse,
        ["exists"] = ExistsQuery.Parse,
        ["bool"] = BoolQuery.Parse,
        ["constant_score"] = ConstantScoreQuery.Parse,
        ["knn"] = KnnQuery.Parse,
    };

    /// <summary>Reads <c>{"type":{…}}</c>.</summary>
    /// <exception cref="ElasticsearchException">400: unknown type or key. The message names it; nothing is ignored.</exception>
    public static Query Parse(JsonElement query)
    {
        if (query.ValueKind != JsonValueKind.Object)
        {
            throw ElasticsearchException.Parsing("[_na] query malformed, must start with start_object");
        }

        using JsonElement.ObjectEnumerator members = query.EnumerateObject();
        if (!members.MoveNext())
        {
            throw ElasticsearchException.IllegalArgument("query malformed, empty clause found");
        }

        JsonProperty member = members.Current;
        if (!Types.TryGetValue(member.Name, out Func<JsonElement, Query>? parse))
        {
            throw ElasticsearchException.Parsing($"unknown query [{member.Name}]: the embedded index knows [{string.Join(", ", Types.Keys)}]");
        }

        if (members.MoveNext())
        {
            throw ElasticsearchException.Parsing($"[{member.Name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]");
        }

        return member.Value.ValueKind == JsonValueKind.Object
            ? parse(member.Value)
            : throw ElasticsearchException.Parsing($"[{member.Name}] query malformed, no start_object after query name");
    }

    /// <summary>Reads a query or an array of them.</summary>
    public static Query[] ParseMany(JsonElement queries) =>
        queries.ValueKind == JsonValueKind.Array ? [.. queries.EnumerateArray().Select(Parse)] : [Parse(queries)];

    /// <summary>Reads the single <c>{"field":…}</c> of a query on one field, and the <c>boost</c> next to it if the type allows one.</summary>
    public static (JsonProperty Field, float Boost) SingleField(string type, JsonElement body, bool boostBeside = false)
    {
        JsonProperty? field = null;
        float boost = 1;
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (boostBeside && member.Name == "boost")
            {
                boost = Float(type, member);
            }
            else if (field is { } other)
            {
                throw ElasticsearchException.Parsing($"[{type}] query doesn't support multiple fields, found [{other.Name}] and [{member.Name}]");
            }
            else
            {
                field = member;
            }
        }

        return (field ?? throw ElasticsearchException.Parsing($"[{type}] query: no field specified"), boost);
    }

    public static float Float(string type, JsonProperty member)
    {
        JsonElement value = member.Value;
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && float.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
            && float.IsFinite(number)
                ? number
                : throw ElasticsearchException.Parsing($"[{type}] failed to parse [{member.Name}]: expected a number but found [{value}]");
    }

    public static int Integer(string type, JsonProperty member)
    {
        JsonElement value = member.Value;
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && int.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw ElasticsearchException.Parsing($"[{type}] failed to parse [{member.Name}]: expected a whole number but found [{value}]");
    }

    public static ElasticsearchException Unsupported(string type, string key) => ElasticsearchException.Parsing($"[{type}] query does not support [{key}]");

    /// <summary>The error of a key that the clause does not support.</summary>
    public static ElasticsearchException UnknownField(string type, string key) =>
        new(StatusCodes.Status400BadRequest, "x_content_parse_exception", $"[{type}] unknown field [{key}]");
}
