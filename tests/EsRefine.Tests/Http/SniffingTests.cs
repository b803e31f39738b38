using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using EsRefine.Configuration;
using EsRefine.Http;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Http;

/// <summary>Clients that ask the cluster for its nodes receive the sidecar's address; the rest of the reply does not change.</summary>
public sealed class SniffingTests
{
    private const string Nodes = """
        {"_nodes":{"total":3,"successful":3,"failed":0},"cluster_name":"c","nodes":{
          "m" : {"name":"é","roles":["master"],"http":{"bound_address":["[::1]:9200","127.0.0.1:9200"],"publish_address":"m.example/10.0.0.1:9200"}},
          "a":{"version":"9.4.3","http":{"publish_address":"10.0.0.2:9200","max_content_length_in_bytes":104857600},"roles":["data","master"]},
          "b":{"roles":[],"transport_address":"10.0.0.3:9300","http":{"publish_address":"10.0.0.3:9200","bound_address":["0.0.0.0:9200"]}}
        }}
        """;

    [Theory]
    [InlineData("/_nodes/http")]
    [InlineData("/_nodes/_all/http?timeout=1s")]
    [InlineData("/_nodes/http,settings?flat_settings=true")]
    [InlineData("/_nodes/data:true/settings,http")]
    public async Task Pool_gets_one_node_at_the_address_the_client_used(string target)
    {
        (HttpBytes reply, string forwarded) = await SniffAsync(target, Nodes);

        Assert.Equal(
            """
            {"_nodes":{"total":3,"successful":3,"failed":0},"cluster_name":"c","nodes":{
              "a":{"version":"9.4.3","http":{"publish_address":"sidecar.example:9280","max_content_length_in_bytes":104857600},"roles":["data","master"]}
            }}
            """,
            reply.Text);
        Assert.Equal($"GET {target} HTTP/1.1", forwarded);
    }

    [Theory]
    [InlineData("/_nodes")]
    [InlineData("/_nodes?filter_path=nodes.*.http")]
    [InlineData("/_nodes/_all")]
    [InlineData("/_nodes/a,b,m/http,os")]
    public async Task Inspection_keeps_every_node(string target)
    {
        (HttpBytes reply, _) = await SniffAsync(target, Nodes);

        JsonObject nodes = JsonNode.Parse(reply.Text)!["nodes"]!.AsObject();
        Assert.Equal(["m", "a", "b"], nodes.Select(static node => node.Key));
        Assert.All(nodes, static node => Assert.Equal("sidecar.example:9280", (string?)node.Value!["http"]!["publish_address"]));
        Assert.Equal("""["sidecar.example:9280"]""", nodes["m"]!["http"]!["bound_address"]!.ToJsonString());
        Assert.Equal("10.0.0.3:9300", (string?)nodes["b"]!["transport_address"]);
    }

    [Theory]
    [InlineData("Host: sidecar.example\r\n", "sidecar.example:80")]
    [InlineData("Host: sidecar.example\r\nX-Forwarded-Proto: https\r\n", "sidecar.example:443")]
    [InlineData("Host: [::1]:9280\r\n", "[::1]:9280")]
    [InlineData("Host: 10.1.2.3:80\r\n", "10.1.2.3:80")]
    public async Task Address_is_the_one_in_Host(string headers, string expected)
    {
        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", Nodes, headers);
        Assert.Equal(expected, (string?)JsonNode.Parse(reply.Text)!["nodes"]!["a"]!["http"]!["publish_address"]);
    }

    [Fact]
    public async Task Without_Host_the_address_is_the_local_endpoint()
    {
        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", Nodes, "", protocol: "HTTP/1.0");
        Assert.StartsWith("127.0.0.1:", (string?)JsonNode.Parse(reply.Text)!["nodes"]!["a"]!["http"]!["publish_address"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configured_address_replaces_Host()
    {
        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", Nodes, publish: "search.example:443");
        Assert.Equal("search.example:443", (string?)JsonNode.Parse(reply.Text)!["nodes"]!["a"]!["http"]!["publish_address"]);
    }

    [Fact]
    public async Task Without_publishing_the_reply_is_unchanged()
    {
        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", Nodes, publish: ListenSettings.PublishNone);
        Assert.Equal(Nodes, reply.Text.Replace("\u00c3\u00a9", "é", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compressed_reply_comes_back_compressed_with_its_length()
    {
        byte[] compressed = Gzip(Nodes);
        string head = "HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
            + $"content-length: {compressed.Length}\r\n\r\n";
        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", [.. Encoding.Latin1.GetBytes(head), .. compressed]);

        Assert.Equal("gzip", reply.Header("Content-Encoding"));
        Assert.Equal("Elasticsearch", reply.Header("X-elastic-product"));
        Assert.Single(JsonNode.Parse(await InflateAsync(reply.Body))!["nodes"]!.AsObject());
    }

    [Fact]
    public async Task Chunked_reply_stays_chunked()
    {
        string reply = $"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.elasticsearch+json;compatible-with=9\r\ntransfer-encoding: chunked\r\n\r\n{Encoding.UTF8.GetByteCount(Nodes):x}\r\n";
        (HttpBytes seen, _) = await SniffAsync("/_nodes/http", [.. Encoding.Latin1.GetBytes(reply), .. Encoding.UTF8.GetBytes(Nodes), .. "\r\n0\r\n\r\n"u8]);
        Assert.True(seen.IsChunked);
        Assert.Single(JsonNode.Parse(seen.Text)!["nodes"]!.AsObject());
    }

    [Fact]
    public async Task Incomplete_reply_breaks_the_clients_connection()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"nodes\":{");
            connection.Abort();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        await Assert.ThrowsAnyAsync<IOException>(() => RawClient.AskAsync(listener.Url, "GET /_nodes/http HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    /// <summary>No client fills its connection pool from such replies.</summary>
    [Theory]
    [InlineData("application/yaml")]
    [InlineData("application/vnd.elasticsearch+yaml;compatible-with=9")]
    [InlineData("application/cbor")]
    [InlineData("application/smile")]
    public async Task Reply_that_is_not_JSON_is_forwarded_unchanged(string contentType)
    {
        byte[] body = Encoding.UTF8.GetBytes("nodes:\n  a:\n    http:\n      publish_address: \"10.0.0.2:9200\"\n");
        string head = $"HTTP/1.1 200 OK\r\ncontent-type: {contentType}\r\ncontent-length: {body.Length}\r\n\r\n";

        (HttpBytes reply, _) = await SniffAsync("/_nodes/http", [.. Encoding.Latin1.GetBytes(head), .. body]);

        Assert.Equal(body, reply.Body);
        Assert.Equal(contentType, reply.Header("Content-Type"));
    }

    [Theory]
    [InlineData("""{"nodes":{"a":{"http":{"publish_address":7,"bound_address":[1]}}}}""")]
    [InlineData("""{"nodes":{"a":{"http":{"bound_address":[{"a":"b"}],"publish_address":"x:1"}}}}""")]
    [InlineData("""{"nodes":{"a":{"http":"publish_address"},"b":[{"http":{"publish_address":"x:1"}}]}}""")]
    [InlineData("""{"nodes":[{"http":{"publish_address":"x:1"}}]}""")]
    [InlineData("""{"http":{"publish_address":"x:1"},"other":{"nodes":{"a":{"http":{"publish_address":"x:1"}}}}}""")]
    [InlineData("""["nodes"]""")]
    [InlineData("""{"nodes":{"a":{"http":{"publish_address":"x:1"}}}""")]
    [InlineData("")]
    public void Json_of_another_shape_is_not_changed(string reply) => Assert.Null(SniffedNodes.Publish(Encoding.UTF8.GetBytes(reply), "y:2", one: true));

    [Fact]
    public void First_node_is_kept_if_all_are_master_only()
    {
        byte[] reply = Encoding.UTF8.GetBytes("""{"nodes":{"a":{"roles":["master"],"http":{"publish_address":"x:1"}},"b":{"roles":["cluster_manager"],"http":{"publish_address":"x:2"}}}}""");
        Assert.Equal("""{"nodes":{"a":{"roles":["master"],"http":{"publish_address":"y:3"}}}}""", Encoding.UTF8.GetString(SniffedNodes.Publish(reply, "y:3", one: true)!));
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }

    private static async Task<string> InflateAsync(byte[] compressed)
    {
        using StreamReader inflated = new(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress));
        return await inflated.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static Task<(HttpBytes Reply, string Forwarded)> SniffAsync(
        string target, string nodes, string headers = "Host: sidecar.example:9280\r\n",
        string publish = ListenSettings.PublishAuto, string protocol = "HTTP/1.1") =>
        SniffAsync(
            target,
            [
                .. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {Encoding.UTF8.GetByteCount(nodes)}\r\n\r\n"),
                .. Encoding.UTF8.GetBytes(nodes),
            ],
            headers, publish, protocol);

    private static async Task<(HttpBytes Reply, string Forwarded)> SniffAsync(
        string target, byte[] reply, string headers = "Host: sidecar.example:9280\r\n",
        string publish = ListenSettings.PublishAuto, string protocol = "HTTP/1.1")
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start((_, connection) => connection.SendAsync(reply));
        await using OpenListener listener = await OpenListener.OpenAsync(
            OpenListener.PassAll, 64 * 1024, [upstream.Url], new ListenSettings { Publish = publish });
        HttpBytes seen = await RawClient.AskAsync(listener.Url, $"GET {target} {protocol}\r\n{headers}\r\n");
        return (seen, (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).StartLine);
    }
}
