using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Forms that the engines at hand do not serve without a paid license or a plugin: mapping and sample come from the real engine, the final search ends at a
/// script that shows what arrived.
/// </summary>
public sealed class ScriptedFormTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    private const string Reply = """{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"hits":[]}}""";

    [Theory]
    [InlineData("""
        {"size":10,"retriever":{"rrf":{"rank_window_size":50,"retrievers":[
          {"standard":{"query":{"match":{"text":"$TEXT"}}}},{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}]}}}
        """)]
    [InlineData("""
        {"size":10,"retriever":{"linear":{"retrievers":[
          {"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},"weight":2},
          {"retriever":{"standard":{"query":{"match":{"text":"$TEXT"}}}},"weight":1.50}]}}}
        """)]
    [InlineData("""
        {"size":10,"retriever":{"rrf":{"filter":{"term":{"shelf":"odd"}},"retrievers":[
          {"rescorer":{"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},"rescore":{"query":{"rescore_query":{"match_all":{}}}}}},
          {"standard":{"query":{"match":{"text":"$TEXT"}}}}]}}}
        """)]
    public async Task Elasticsearch_retriever_reaches_the_cluster_with_nothing_but_its_vector_refined(string form)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await ArrivesRefined(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), form);
    }

    [Theory]
    [InlineData("""{"size":10,"query":{"hybrid":{"queries":[{"match":{"text":{"query":"$TEXT"}}},{"knn":{"v":{"vector":$V,"k":10}}}]}}}""")]
    [InlineData("""
        {"size":10,"query":{"hybrid":{"filter":{"term":{"shelf":"odd"}},"queries":[
          {"knn":{"v":{"k":10,"vector":$V}}},{"match":{"text":"$TEXT"}}]}}}
        """)]
    public async Task OpenSearch_hybrid_query_reaches_the_cluster_with_nothing_but_its_vector_refined(string form)
    {
        RunningEngine engine = await openSearch.UseAsync();
        await ArrivesRefined(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), form);
    }

    private static async Task ArrivesRefined(RunningEngine engine, string index, string form)
    {
        string body = form.Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal);
        string start = body[..body.IndexOf("$V", StringComparison.Ordinal)];
        string end = body[(start.Length + 2)..];
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(async (request, cancellationToken) =>
            request.BodyText.StartsWith(start, StringComparison.Ordinal)
                ? new UpstreamAnswer(Reply)
                : await Relay.ToAsync(engine, request, cancellationToken));
        await using Sidecar sidecar = await SidecarInFront.Of(upstream.Url, Fan.Judge);

        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", start + Fan.Json(Fan.VectorAt(0)) + end);

        Assert.StartsWith("refined;", reply.Outcome, StringComparison.Ordinal);
        Assert.Equal(Reply, reply.Body);
        string arrived = upstream.Requests[^1].BodyText;
        Assert.StartsWith(start, arrived, StringComparison.Ordinal);
        Assert.EndsWith(end, arrived, StringComparison.Ordinal);
        float[] vector = JsonSerializer.Deserialize<float[]>(arrived[start.Length..^end.Length])!;
        Assert.All(Fan.VectorAt(Fan.Turn).Zip(vector), static pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }
}
