using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Real engines answer requests other than kNN searches through the sidecar as they do directly.</summary>
public abstract class LiveTransparencyTests(SearchEngine engine, FanIndices indices, string mapping, string knnSearch)
{
    private const int BulkMegabytes = 40;

    [Fact]
    public async Task Bulk_of_40_MB_is_accepted()
    {
        RunningEngine running = await engine.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(running);
        string direct = await CreateUnindexedAsync(running);
        string through = await CreateUnindexedAsync(running);
        byte[] bulk = LargeBulk();

        const string Target = "_bulk?refresh=true&filter_path=errors,items.*.result";
        Exchange.Reply plain = await Exchange.SendAsync(running.Url, HttpMethod.Post, $"/{direct}/{Target}", bulk);
        Exchange.Reply reply = await Exchange.SendAsync(sidecar.DataUrl, HttpMethod.Post, $"/{through}/{Target}", bulk);

        Assert.True(bulk.Length >= BulkMegabytes * 1024 * 1024);
        Assert.Equal(200, plain.Status);
        Same(plain, reply);
        JsonElement count = await running.SendAsync(HttpMethod.Get, $"/{through}/_count");
        Assert.Equal(BulkMegabytes * 8, count.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Index_names_with_date_math_keep_their_escapes()
    {
        RunningEngine running = await engine.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(running);
        string target = $"/%3C{running.IndexPrefix}-logs-%7Bnow%2Fd%7D%3E/_doc/a%2Fb?refresh=true";

        Exchange.Reply created = await Exchange.SendAsync(sidecar.DataUrl, HttpMethod.Put, target, """{"message":"first"}""");
        Exchange.Reply plain = await Exchange.SendAsync(running.Url, HttpMethod.Put, target, """{"message":"again"}""");
        Exchange.Reply reply = await Exchange.SendAsync(sidecar.DataUrl, HttpMethod.Put, target, """{"message":"again"}""");

        Assert.Equal(201, created.Status);
        Assert.Contains("\"_id\":\"a/b\"", created.Body, StringComparison.Ordinal);
        Assert.Equal(200, plain.Status);
        Same(plain, reply);
    }

    [Fact]
    public async Task Scroll_continues_through_the_sidecar()
    {
        RunningEngine running = await engine.UseAsync();
        // The index has no vectors, because OpenSearch 3.5.0 answers every search with 503 after a scroll over an index with derived vectors has been deleted.
        string index = await Fan.IndexAsync(running, """{"mappings":{"properties":{"v":{"type":"object","enabled":false}}}}""");
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        Exchange.Reply[] plain = await ScrollAsync(running.Url, index);
        Exchange.Reply[] replies = await ScrollAsync(sidecar.DataUrl, index);

        Assert.Equal(5, plain.Length);   // three pages of 25, an empty page, and the deletion
        Assert.Equal(plain.Length, replies.Length);
        Assert.All(plain.Zip(replies), static pair => Same(pair.First, pair.Second));
    }

    [Theory]
    [InlineData("GET", "/", null)]
    [InlineData("GET", "/_cat/indices/$INDEX?v", null)]
    [InlineData("GET", "/_cat/indices/$INDEX?format=json&s=index", null)]
    [InlineData("GET", "/$INDEX/_mapping", null)]
    [InlineData("GET", "/$INDEX/_doc/hut-03", null)]
    [InlineData("GET", "/$INDEX/_search?q=shelf:even&sort=_doc&size=3", null)]
    [InlineData("POST", "/$INDEX/_search", """{"query":{"match":{"text":"glacier knn"}},"size":60,"sort":["_doc"]}""")]
    [InlineData("POST", "/$INDEX/_count", """{"query":{"term":{"shelf":"odd"}}}""")]
    [InlineData("POST", "/_msearch", "{\"index\":\"$INDEX\"}\n{\"size\":1,\"sort\":[\"_doc\"]}\n")]
    [InlineData("HEAD", "/$INDEX", null)]
    [InlineData("HEAD", "/$INDEX-not-there", null)]
    [InlineData("HEAD", "/$INDEX/_doc/nobody", null)]
    [InlineData("GET", "/$INDEX-not-there/_search", null)]
    [InlineData("GET", "/$INDEX/_doc/nobody", null)]
    [InlineData("POST", "/$INDEX/_search", """{"query":{"no_such_query":{}}}""")]
    [InlineData("POST", "/$INDEX/_search", """{"knn":{"field":"v","query_vector":[1,2""")]
    [InlineData("POST", "/$INDEX/_search", """{"query":{"knn":{"field":"nowhere","query_vector":[1,2],"v":{"vector":[1],"k":1}}}}""")]
    [InlineData("PUT", "/$INDEX", """{"settings":{}}""")]
    [InlineData("DELETE", "/$INDEX/_search", null)]
    [InlineData("GET", "/_no_such_thing/at/all", null)]
    public async Task Reply_is_the_same(string method, string target, string? body)
    {
        RunningEngine running = await engine.UseAsync();
        string index = await indices.GetAsync(running, mapping);
        await using Sidecar sidecar = await SidecarInFront.Of(running);
        target = target.Replace("$INDEX", index, StringComparison.Ordinal);
        body = body?.Replace("$INDEX", index, StringComparison.Ordinal);

        foreach (string encoding in (string[])["identity", "gzip"])
        {
            Exchange.Reply plain = await Exchange.SendAsync(running.Url, new HttpMethod(method), target, body, ("Accept-Encoding", encoding));
            Exchange.Reply reply = await Exchange.SendAsync(
                sidecar.DataUrl, new HttpMethod(method), target, body, ("Accept-Encoding", encoding), ("EsRefine-Query", "anything"));
            Same(plain, reply);
        }
    }

    [Fact]
    public async Task Compressed_search_is_refined_like_any_other()
    {
        RunningEngine running = await engine.UseAsync();
        string index = await indices.GetAsync(running, mapping);
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        Exchange.Reply reply = await Exchange.SendAsync(
            sidecar.DataUrl, HttpMethod.Post, $"/{index}/_search", Exchange.Gzip(knnSearch),
            ("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip"), ("EsRefine-Query", Fan.QueryHeader));

        Assert.Contains("Content-Encoding: gzip", reply.Headers);
        SearchReply refined = new((HttpStatusCode)reply.Status, reply.Body, Outcome: null);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Ids);
    }

    private static void Same(Exchange.Reply plain, Exchange.Reply reply)
    {
        Assert.Equal(plain.Status, reply.Status);
        Assert.Equal(plain.Headers, reply.Headers);
        Assert.Equal(plain.Masked, reply.Masked);
    }

    private static async Task<Exchange.Reply[]> ScrollAsync(Uri server, string index)
    {
        List<Exchange.Reply> replies = [await Exchange.SendAsync(server, HttpMethod.Post, $"/{index}/_search?scroll=1m", """{"size":25,"sort":["_doc"]}""")];
        while (true)
        {
            Assert.True(replies[^1].Status == 200, replies[^1].Body);
            JsonElement page = JsonDocument.Parse(replies[^1].Body).RootElement;
            string scroll = page.GetProperty("_scroll_id").GetString()!;
            if (page.GetProperty("hits").GetProperty("hits").GetArrayLength() == 0)
            {
                replies.Add(await Exchange.SendAsync(server, HttpMethod.Delete, "/_search/scroll", $$"""{"scroll_id":"{{scroll}}"}"""));
                return [.. replies];
            }

            replies.Add(await Exchange.SendAsync(server, HttpMethod.Post, "/_search/scroll", $$"""{"scroll":"1m","scroll_id":"{{scroll}}"}"""));
        }
    }

    /// <summary>An index that stores documents without indexing their fields, so that 40 MB are indexed quickly.</summary>
    private static async Task<string> CreateUnindexedAsync(RunningEngine running)
    {
        string index = running.NewIndexName("large");
        await running.SendAsync(HttpMethod.Put, $"/{index}", """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},"mappings":{"enabled":false}}
            """);
        return index;
    }

    private static byte[] LargeBulk()
    {
        string padding = new('x', 128 * 1024);
        StringBuilder bulk = new(BulkMegabytes * 1100 * 1024);
        for (int i = 0; i < BulkMegabytes * 8; i++)
        {
            bulk.Append(CultureInfo.InvariantCulture, $"{{\"index\":{{\"_id\":\"{i}\"}}}}\n{{\"padding\":\"").Append(padding).Append("\"}\n");
        }

        return Encoding.UTF8.GetBytes(bulk.ToString());
    }
}

/// <inheritdoc/>
public sealed class ElasticsearchTransparencyTests(ElasticsearchEngine engine, FanIndices indices)
    : LiveTransparencyTests(engine, indices, FanMapping.Elasticsearch(), KnnForm.Elasticsearch[0].With(Fan.VectorAt(0)));

/// <inheritdoc/>
public sealed class OpenSearchTransparencyTests(OpenSearchEngine engine, FanIndices indices)
    : LiveTransparencyTests(engine, indices, FanMapping.OpenSearch(), KnnForm.OpenSearch[0].With(Fan.VectorAt(0)));
