using System.Net;
using System.Text.Json;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>The test engines have the features that the other tests need.</summary>
public sealed class EngineTests(ElasticsearchEngine elasticsearch, SecureElasticsearchEngine secureElasticsearch, OpenSearchEngine openSearch, LlmServer llm)
{
    private const string ElasticsearchMapping = """{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,"similarity":"cosine"}}}}""";

    private const string ElasticsearchSearch = """{"knn":{"field":"v","query_vector":[1,0.1],"k":1,"num_candidates":10}}""";

    private const string OpenSearchMapping = """
        {"settings":{"index.knn":true},
         "mappings":{"properties":{"v":{"type":"knn_vector","dimension":2,"method":{"name":"hnsw","engine":"lucene","space_type":"cosinesimil"}}}}}
        """;

    [Fact]
    public async Task Elasticsearch_finds_the_nearest_vector() =>
        await FindsTheNearestVector(await elasticsearch.UseAsync(), ElasticsearchMapping, ElasticsearchSearch);

    [Fact]
    public async Task Elasticsearch_with_security_finds_the_nearest_vector() =>
        await FindsTheNearestVector(await secureElasticsearch.UseAsync(), ElasticsearchMapping, ElasticsearchSearch);

    [Fact]
    public async Task OpenSearch_finds_the_nearest_vector() =>
        await FindsTheNearestVector(await openSearch.UseAsync(), OpenSearchMapping, """{"query":{"knn":{"v":{"vector":[1,0.1],"k":1}}}}""");

    [Fact]
    public async Task Elasticsearch_with_security_refuses_a_caller_without_credentials()
    {
        RunningEngine engine = await secureElasticsearch.UseAsync();
        using HttpClient stranger = new(new SocketsHttpHandler()) { BaseAddress = engine.Url };
        using HttpResponseMessage reply = await stranger.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
    }

    [Fact]
    public async Task Language_model_gives_log_probabilities()
    {
        Uri api = await llm.UseAsync();
        using HttpClient http = new(new SocketsHttpHandler());
        using StringContent question = new("""
            {"model":"any","max_tokens":1,"logprobs":true,"top_logprobs":5,"messages":[{"role":"user","content":"yes or no?"}]}
            """);
        using HttpResponseMessage reply = await http.PostAsync(new Uri(api + "/chat/completions"), question, TestContext.Current.CancellationToken);
        using JsonDocument answer = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        JsonElement token = answer.RootElement.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content")[0];
        Assert.Equal(5, token.GetProperty("top_logprobs").GetArrayLength());
    }

    private static async Task FindsTheNearestVector(RunningEngine engine, string mapping, string search)
    {
        string index = engine.NewIndexName("nearest");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", mapping);
        await engine.SendAsync(HttpMethod.Put, $"/{index}/_doc/far?refresh=true", """{"v":[0,1]}""");
        await engine.SendAsync(HttpMethod.Put, $"/{index}/_doc/near?refresh=true", """{"v":[1,0]}""");

        JsonElement found = await engine.SendAsync(HttpMethod.Post, $"/{index}/_search", search);
        Assert.Equal("near", found.GetProperty("hits").GetProperty("hits")[0].GetProperty("_id").GetString());
    }
}
