using System.Collections.Concurrent;
using System.Text;
using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A recording cluster with replies that official clients accept. It publishes its own address as a node's.</summary>
internal sealed class ClusterOfAnswers : IAsyncDisposable
{
    private readonly ConcurrentQueue<HttpBytes> _requests = new();
    private readonly RecordingUpstream _upstream;
    private readonly bool _isElasticsearch;

    public ClusterOfAnswers(bool isElasticsearch, string version)
    {
        _isElasticsearch = isElasticsearch;
        _upstream = RecordingUpstream.Start((request, connection) =>
        {
            _requests.Enqueue(request);
            return connection.SendAsync(Answer(request, version));
        });
    }

    public Uri Url => _upstream.Url;

    /// <summary>Requests received since the last call, in order.</summary>
    public HttpBytes[] TakeRequests()
    {
        HttpBytes[] taken = [.. _requests];
        _requests.Clear();
        return taken;
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private byte[] Answer(HttpBytes request, string version)
    {
        string[] words = request.StartLine.Split(' ');
        string path = words[1].Split('?')[0];
        (string status, string body) = path switch
        {
            "/" => ("200 OK", Root(version)),
            _ when path.StartsWith("/_nodes", StringComparison.Ordinal) => ("200 OK", $$$"""{"_nodes":{"total":2},"nodes":{"a":{{{Node(version)}}},"b":{{{Node(version)}}}}}"""),
            _ when path.EndsWith("/missing", StringComparison.Ordinal) => ("404 Not Found", """{"_index":"notes","_id":"missing","found":false}"""),
            _ when path.EndsWith("/_bulk", StringComparison.Ordinal) => ("200 OK", """{"took":1,"errors":false,"items":[{"index":{"_index":"notes","_id":"1","status":201}}]}"""),
            _ when path.EndsWith("/_msearch", StringComparison.Ordinal) => ("200 OK", """{"took":1,"responses":[{"took":1,"timed_out":false,"hits":{"hits":[]},"status":200}]}"""),
            _ => ("200 OK", """{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"total":{"value":0,"relation":"eq"},"max_score":null,"hits":[]},"acknowledged":true,"_index":"notes","_id":"1","_version":1,"result":"created"}"""),
        };
        string accept = request.Header("Accept") is { } wanted
            && wanted.StartsWith("application/vnd.", StringComparison.Ordinal) ? wanted.Split(',')[0] : "application/json";
        string head = $"HTTP/1.1 {status}\r\n{(_isElasticsearch ? "X-elastic-product: Elasticsearch\r\n" : "")}content-type: {accept}\r\ncontent-length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n";
        return Encoding.UTF8.GetBytes(words[0] == "HEAD" ? head : head + body);
    }

    private static string Root(string version) => $$"""
        {"name":"n","cluster_name":"c","cluster_uuid":"u","version":{"number":"{{version}}","build_flavor":"default","build_type":"tar","build_hash":"h",
        "build_date":"2026-01-01T00:00:00Z","build_snapshot":false,"lucene_version":"10.0.0","minimum_wire_compatibility_version":"7.17.0",
        "minimum_index_compatibility_version":"7.0.0"},"tagline":"You Know, for Search"}
        """;

    private string Node(string version) => $$"""
        {"name":"n","version":"{{version}}","roles":["data"],"http":{"bound_address":["{{Url.Authority}}"],"publish_address":"{{Url.Authority}}" } }
        """;
}
