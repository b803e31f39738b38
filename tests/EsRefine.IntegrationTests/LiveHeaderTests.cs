using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Real engines treat headers and media types through the sidecar as they do directly, including refusals and warnings.</summary>
public abstract class LiveHeaderTests(SearchEngine engine, FanIndices indices, string mapping)
{
    [Theory]
    [InlineData("GET", "/", "X-Opaque-Id: 12")]
    [InlineData("POST", "/$INDEX/_search",
        "Accept: application/vnd.elasticsearch+json; compatible-with=8", "Content-Type: application/vnd.elasticsearch+json; compatible-with=8")]
    [InlineData("POST", "/$INDEX/_search",
        "Accept: application/vnd.elasticsearch+json;compatible-with=9", "Content-Type: application/vnd.elasticsearch+json;compatible-with=9")]
    [InlineData("POST", "/$INDEX/_search",
        "Accept: application/vnd.elasticsearch+json; compatible-with=7", "Content-Type: application/vnd.elasticsearch+json; compatible-with=7")]
    [InlineData("POST", "/$INDEX/_search", "Accept: */*", "Content-Type: application/vnd.elasticsearch+json; compatible-with=9")]
    [InlineData("POST", "/$INDEX/_search", "Accept: application/yaml", "Content-Type: application/json")]
    [InlineData("POST", "/$INDEX/_search", "Accept: application/cbor", "Content-Type: application/json")]
    [InlineData("POST", "/$INDEX/_search", "Accept: application/smile", "Content-Type: application/json")]
    [InlineData("POST", "/$INDEX/_search", "Content-Type: application/xml")]
    [InlineData("POST", "/$INDEX/_search", "Content-Type: text/plain")]
    [InlineData("POST", "/$INDEX/_search/", "Content-Type: application/json")]
    [InlineData("POST", "//_search?index=$INDEX-not-there&filter_path=timed_out", "Content-Type: application/json")]
    [InlineData("POST", "/$INDEX/_search", "Expect: 100-continue", "X-Opaque-Id: some;id, with \"marks\"")]
    [InlineData("POST", "/$INDEX/_search", "Transfer-Encoding: chunked")]
    [InlineData("HEAD", "/$INDEX", "Accept-Encoding: gzip")]
    [InlineData("GET", "/_cat/indices/$INDEX", "Accept: application/yaml")]
    [InlineData("GET", "/$INDEX/_search?size=1&sort=_doc", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public async Task Reply_is_the_same(string method, string target, params string[] headers)
    {
        RunningEngine running = await engine.UseAsync();
        string index = await indices.GetAsync(running, mapping);
        await using Sidecar sidecar = await SidecarInFront.Of(running);
        target = target.Replace("$INDEX", index, StringComparison.Ordinal);
        string? body = method == "POST" ? """{"query":{"match_all":{}},"size":3,"sort":["_doc"]}""" : null;
        (string, string)[] parsed = [.. headers.Select(static header => header.Split(": ", 2)).Select(static parts => (parts[0], parts[1]))];

        Exchange.Reply plain = await Exchange.SendAsync(running.Url, new HttpMethod(method), target, body, parsed);
        Exchange.Reply reply = await Exchange.SendAsync(sidecar.DataUrl, new HttpMethod(method), target, body, parsed);

        Assert.Equal(plain.Status, reply.Status);
        Assert.Equal(plain.Headers, reply.Headers);
        if (plain.Headers.Any(static header =>
            header.StartsWith("Content-Type: ", StringComparison.OrdinalIgnoreCase) && header.Contains("json", StringComparison.Ordinal)))
        {
            // In other formats, "took" cannot be masked.
            Assert.Equal(plain.Masked, reply.Masked);
        }
    }

    /// <summary>Both engines refuse two lines of a single-valued header, but read a list as one value.</summary>
    [Theory]
    [InlineData("X-Opaque-Id: a\r\nX-Opaque-Id: b", "400 Bad Request")]
    [InlineData("X-Opaque-Id: a\r\nX-Opaque-Id: a", "200 OK")]
    [InlineData("X-Opaque-Id: a, b", "200 OK")]
    [InlineData("Authorization: Basic YTpi\r\nAuthorization: Basic YTpi", "200 OK")]
    public async Task Repeated_header_is_answered_as_without_the_sidecar(string headers, string status)
    {
        RunningEngine running = await engine.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        HttpBytes plain = await AskAsync(running.Url);
        HttpBytes reply = await AskAsync(sidecar.DataUrl);

        Assert.Equal("HTTP/1.1 " + status, plain.StartLine);
        Assert.Equal(Wire.OfReply(plain), Wire.OfReply(reply));
        Assert.Equal(plain.Text, reply.Text);

        async Task<HttpBytes> AskAsync(Uri url)
        {
            using TcpClient client = new();
            await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
            byte[] request = Encoding.ASCII.GetBytes($"GET /_cluster/health?filter_path=cluster_name HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n");
            await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
            return (await HttpBytes.ReadAsync(client.GetStream(), cancellationToken: TestContext.Current.CancellationToken))!;
        }
    }

    [Fact]
    public async Task Nodes_in_YAML_are_unchanged()
    {
        RunningEngine running = await engine.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        Exchange.Reply plain = await Exchange.SendAsync(running.Url, HttpMethod.Get, "/_nodes/http?format=yaml", (string?)null);
        Exchange.Reply reply = await Exchange.SendAsync(sidecar.DataUrl, HttpMethod.Get, "/_nodes/http?format=yaml", (string?)null);

        Assert.Contains(running.Url.Authority, plain.Body, StringComparison.Ordinal);
        Assert.Equal(plain.Body, reply.Body);
    }

    [Theory]
    [InlineData("/_nodes/http")]
    [InlineData("/_nodes/_all/http")]
    [InlineData("/_nodes/http,settings")]
    [InlineData("/_nodes")]
    public async Task Nodes_have_the_address_of_the_sidecar(string target)
    {
        RunningEngine running = await engine.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        foreach (string encoding in (string[])["identity", "gzip"])
        {
            Exchange.Reply reply = await Exchange.SendAsync(sidecar.DataUrl, HttpMethod.Get, target, (string?)null, ("Accept-Encoding", encoding));
            JsonElement nodes = JsonDocument.Parse(reply.Body).RootElement.GetProperty("nodes");
            Assert.All(nodes.EnumerateObject(), node =>
                Assert.Equal(sidecar.DataUrl.Authority, node.Value.GetProperty("http").GetProperty("publish_address").GetString()));
        }
    }
}

/// <inheritdoc/>
public sealed class ElasticsearchHeaderTests(ElasticsearchEngine engine, FanIndices indices) : LiveHeaderTests(engine, indices, FanMapping.Elasticsearch());

/// <inheritdoc/>
public sealed class OpenSearchHeaderTests(OpenSearchEngine engine, FanIndices indices) : LiveHeaderTests(engine, indices, FanMapping.OpenSearch());

/// <summary>Warning headers of a real engine.</summary>
public sealed class LiveWarningTests(OpenSearchEngine engine, FanIndices indices)
{
    /// <summary>The engine warns once per <c>X-Opaque-Id</c>, so each request uses a new one.</summary>
    [Fact]
    public async Task Deprecation_warning_arrives()
    {
        RunningEngine running = await engine.UseAsync();
        string index = await indices.GetAsync(running, FanMapping.OpenSearch());
        await using Sidecar sidecar = await SidecarInFront.Of(running);

        string[] plain = await WarningsAsync(running.Url, index);
        string[] warnings = await WarningsAsync(sidecar.DataUrl, index);

        Assert.Single(plain);
        Assert.Equal(plain, warnings);
    }

    private static async Task<string[]> WarningsAsync(Uri server, string index)
    {
        Exchange.Reply reply = await Exchange.SendAsync(
            server, HttpMethod.Get, $"/{index}/_search?size=1&sort=_id", (string?)null, ("X-Opaque-Id", Guid.NewGuid().ToString()));
        return [.. reply.Headers.Where(static header => header.StartsWith("Warning: ", StringComparison.Ordinal))];
    }
}
