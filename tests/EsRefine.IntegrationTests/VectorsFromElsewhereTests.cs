using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Query vectors that the body only refers to (lookups), and vectors that are not refined.</summary>
public sealed class VectorsFromElsewhereTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    private static readonly Uri NobodyThere = new("http://127.0.0.1:9/v1");   // the discard port: nothing listens there

    [Fact]
    public async Task Lookup_in_Elasticsearch_is_replaced_by_the_refined_vector()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string asked = engine.NewIndexName("asked");
        await engine.SendAsync(HttpMethod.Put, $"/{asked}", """{"mappings":{"properties":{"question":{"type":"dense_vector","dims":8}}}}""");
        await engine.SendAsync(HttpMethod.Put, $"/{asked}/_doc/a%2Fb?refresh=true&routing=r", $$"""{"question":{{Fan.Json(Fan.VectorAt(0))}}}""");

        await IsRefined(engine, $"{await indices.GetAsync(engine, FanMapping.Elasticsearch())}/_search", $$$"""
            {"size":10,"knn":{"field":"v","query_vector_builder":{"lookup":{"index":"{{{asked}}}","id":"a/b","path":"question","routing":"r"} },"k":10,"num_candidates":100} }
            """);
        await IsRefined(engine, $"{await indices.GetAsync(engine, FanMapping.Elasticsearch())}/_search", $$$"""
            {"size":10,"retriever":{"knn":{"query_vector_builder":{"lookup":{"path":"question","id":"a/b","index":"{{{asked}}}","routing":"r"} },"field":"v","k":10,"num_candidates":100} } }
            """);
    }

    [Fact]
    public async Task Lookup_of_a_missing_document_is_answered_by_Elasticsearch()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        string body = $$$"""{"knn":{"field":"v","query_vector_builder":{"lookup":{"index":"{{{index}}}","id":"none","path":"v"}},"k":10,"num_candidates":100}}""";
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply plain = await SearchReply.OfAsync(engine.Url, $"{index}/_search", body);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", body, Fan.QueryHeader);

        Assert.Equal(404, (int)reply.Status);
        Assert.Equal(plain.Masked, reply.Masked);
        Assert.StartsWith("vectors-unavailable", reply.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elasticsearch_vectors_of_bits_are_forwarded_unchanged() => await Passes(
        await elasticsearch.UseAsync(),
        """{"mappings":{"properties":{"text":{"type":"text"},"v":{"type":"dense_vector","dims":16,"element_type":"bit"}}}}""",
        """{"knn":{"field":"v","query_vector":"0f0f","k":2,"num_candidates":10}}""");

    [Fact]
    public async Task OpenSearch_vectors_of_bits_are_forwarded_unchanged() => await Passes(
        await openSearch.UseAsync(),
        """
        {"settings":{"index.knn":true},"mappings":{"properties":{"text":{"type":"text"},
          "v":{"type":"knn_vector","dimension":16,"data_type":"binary","space_type":"hamming","method":{"name":"hnsw","engine":"lucene"}}}}}
        """,
        """{"query":{"knn":{"v":{"vector":[15,15],"k":2}}}}""");

    private static async Task IsRefined(RunningEngine engine, string target, string body)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(NobodyThere));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, body, Fan.QueryHeader);
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, body, Fan.QueryHeader);

        Assert.Equal("refined;judged=20;sample=20;angle=0.3;rule=\"rocchio@0.3\"", refined.Outcome);
        Assert.Equal(Fan.Ranked(0).Take(10).Select(static document => document.Id), plain.Ids);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Ids);
        Assert.Equal(plain.Masked, unjudged.Masked);
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
    }

    private static async Task Passes(RunningEngine engine, string mapping, string body)
    {
        string index = engine.NewIndexName("bits");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", mapping);
        await engine.SendAsync(HttpMethod.Get, $"/_cluster/health/{index}?wait_for_status=yellow&timeout=30s");
        await engine.SendAsync(HttpMethod.Put, $"/{index}/_doc/1?refresh=true", """{"text":"one","v":[15,14]}""");
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply plain = await SearchReply.OfAsync(engine.Url, $"{index}/_search", body);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", body, Fan.QueryHeader);

        Assert.Equal(["1"], reply.Ids);
        Assert.Equal(plain.Masked, reply.Masked);
        Assert.StartsWith("unsupported", reply.Outcome, StringComparison.Ordinal);
    }
}
