using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace EsRefine.EmbeddedIndex.Tests;

public sealed class EmbeddedIndexRobustnessTests
{
    private static readonly string[] UnexpectedValues = ["null", "true", "-1", "1e999", "\"\"", "\"*\"", "[]", "[null]", "[[1]]", "{}", """{"a":{}}"""];

    [Fact]
    public async Task Wrong_value_anywhere_in_a_request_is_never_an_internal_error()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        List<string> failures = [];
        foreach (Conversation.Request request in Conversation.Requests)
        {
            // The malformed variants are sent first. The original request follows, because later requests depend on it.
            foreach (string body in Variants(request))
            {
                (int status, JsonNode? reply) = await index.SendAsync(request.Method, request.Target, body);
                if (status >= 500 || (status >= 400 && reply?["error"] is null))
                {
                    failures.Add($"{status} {request.Method} {request.Target} {body}");
                }
            }

            if (!request.Target.Contains("_bad", StringComparison.Ordinal))
            {
                await index.SendAsync(request.Method, request.Target, request.Body);
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    [Theory]
    [InlineData("""{"sort":["year"]}""", "sort")]
    [InlineData("""{"aggs":{"a":{"terms":{"field":"x"}}}}""", "aggs")]
    [InlineData("""{"highlight":{"fields":{"x":{}}}}""", "highlight")]
    [InlineData("""{"query":{"multi_match":{"query":"x","fields":["a"]}}}""", "multi_match")]
    [InlineData("""{"retriever":{"rrf":{"retrievers":[]}}}""", "rrf")]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":{"text_embedding":{"model_text":"x"}},"k":1,"num_candidates":2}}""", "query_vector_builder")]
    public async Task Unsupported_feature_is_rejected_by_name(string body, string name)
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/a");

        (int status, JsonNode? reply) = await index.SendAsync("POST", "/a/_search", body);

        Assert.Equal(400, status);
        Assert.Contains($"[{name}]", reply!["error"]!["reason"]!.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Variants(Conversation.Request request)
    {
        if (request.Body is null || request.Method is not ("POST" or "PUT") || request.IsBulk || !IsJson(request.Body))
        {
            yield break;
        }

        int places = Places(JsonNode.Parse(request.Body)).Count();
        for (int place = 0; place < places; place++)
        {
            foreach (string unexpected in UnexpectedValues)
            {
                JsonNode body = JsonNode.Parse(request.Body)!;
                Places(body).ElementAt(place).ReplaceWith(unexpected);
                yield return body.ToJsonString().Replace("\"1e999\"", "1e999", StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<Place> Places(JsonNode? node) => node switch
    {
        JsonObject json => json.ToList().SelectMany(member => Places(member.Value).Prepend(new Place(json, member.Key, -1))),
        JsonArray array => array.ToList().SelectMany((item, i) => Places(item).Prepend(new Place(array, "", i))),
        _ => [],
    };

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject json && json.ToList().Count >= 0;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>A member of an object or an item of an array.</summary>
    private readonly record struct Place(JsonNode Parent, string Key, int Position)
    {
        // 1e999 fits no number type, so it is inserted as a string and unquoted at the end.
        public void ReplaceWith(string unexpected)
        {
            JsonNode? value = unexpected == "1e999" ? JsonValue.Create(unexpected) : JsonNode.Parse(unexpected);
            if (Parent is JsonObject json)
            {
                json[Key] = value;
            }
            else
            {
                Parent.AsArray()[Position] = value;
            }
        }
    }
}
