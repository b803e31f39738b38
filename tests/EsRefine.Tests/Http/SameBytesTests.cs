using System.IO.Compression;
using System.Text;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Http;

/// <summary>
/// Sends every request twice to a recording cluster, directly and through the listener. Requests and replies must have the same bytes except for the
/// differences that <see cref="Wire"/> ignores.
/// </summary>
public sealed class SameBytesTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"took\" : 1.0 }";

    private const string Knn = """{"knn":{"field":"v","query_vector":[0.9966162533834023,1e-07,-0.0],"k":10,"num_candidates":50},"_source":true}""";

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("GET /_cat/indices?v&h=index,docs.count&s=index HTTP/1.1")]
    [InlineData("GET /%3Clogs-%7Bnow%2Fd%7D%3E/_doc/1 HTTP/1.1")]
    [InlineData("GET /index/_doc/a%2Fb HTTP/1.1")]
    [InlineData("GET /a%2fb%41/_search?q=%41%2f+%20,*:;@&x=[]{}|\\^`\"<>&y=a%zz HTTP/1.1")]
    [InlineData("GET //a//b/ HTTP/1.1")]
    [InlineData("GET /a/../b/./c/..?p=/../ HTTP/1.1")]
    [InlineData("GET /%2e%2e/%2E/a HTTP/1.1")]
    [InlineData("GET /a#b?c#d HTTP/1.1")]
    [InlineData("GET /? HTTP/1.1")]
    [InlineData("GET /?? HTTP/1.1")]
    [InlineData("GET /a,b,-c*,*:d/_search?ignore_unavailable HTTP/1.1")]
    [InlineData("GET /index/_search?source=%7B%22knn%22%3A1%7D&source_content_type=application/json HTTP/1.1")]
    [InlineData("HEAD /index HTTP/1.1")]
    [InlineData("DELETE /index HTTP/1.1")]
    [InlineData("OPTIONS / HTTP/1.1")]
    [InlineData("PATCH /a HTTP/1.1")]
    [InlineData("PROPFIND /other HTTP/1.1")]
    public Task Request_line_is_forwarded_as_written(string requestLine) => AssertSameAsync(requestLine + "\r\nHost: cluster:9200\r\n\r\n");

    /// <summary>To an engine, two lines are two values, which it refuses for some headers, and a list is one value.</summary>
    [Theory]
    [InlineData("Authorization: Basic eA==\r\nAuthorization: Basic eQ==\r\n")]
    [InlineData("X-Opaque-Id: a\r\nX-Opaque-Id: a\r\nX-Opaque-Id:\r\n")]
    [InlineData("Cookie: a=1\r\nCookie: b=2\r\nAccept: a\r\naccept: b, c\r\n")]
    [InlineData("Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n")]
    [InlineData("X-Bytes: \u00e4\u00ff\r\nX-Bytes: b\r\n")]
    public async Task Repeated_headers_stay_separate_lines(string headers)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        string request = $"POST /a HTTP/1.1\r\nHost: a\r\n{headers}\r\n";

        await RawClient.AskAsync(upstream.Url, request);
        await RawClient.AskAsync(listener.Url, request);

        HttpBytes direct = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
        HttpBytes through = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Wire.OfRequest(direct), Wire.OfRequest(through));
        Assert.Contains(headers.Split("\r\n")[1], Encoding.Latin1.GetString(through.Head), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET", "/index/_search", Knn)]
    [InlineData("POST", "/index/_search?routing=a", Knn)]
    [InlineData("POST", "/index/_search", """{"query":{"match_all":{}}}""")]
    [InlineData("POST", "/index/_search", "{ broken")]
    [InlineData("POST", "/_msearch", "{}\n{\"knn\":{}}\n")]
    [InlineData("PUT", "/_bulk", "{\"index\":{}}\n{\"a\":1.0}\n")]
    [InlineData("POST", "/_search/scroll", """{"scroll":"1m","scroll_id":"abc=="}""")]
    [InlineData("DELETE", "/_search/scroll", """{"scroll_id":"abc=="}""")]
    [InlineData("DELETE", "/_pit", """{"id":"46ToAwMDaWR5"}""")]
    [InlineData("OPTIONS", "/a", "x")]
    [InlineData("HEAD", "/a", "x")]
    public async Task Body_is_forwarded_as_written(string method, string target, string body)
    {
        foreach (string contentType in (string[])["application/json", "application/vnd.elasticsearch+json; compatible-with=9", "application/cbor"])
        {
            await AssertSameAsync($"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            await AssertSameAsync(
                $"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"5\r\n{body.PadRight(5)[..5]}\r\n{Math.Max(body.Length - 5, 0):x}{(body.Length > 5 ? $"\r\n{body[5..]}\r\n0" : "")}\r\n\r\n");
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "Content-Length: 0\r\n")]
    [InlineData("GET", "Content-Type: application/json\r\n")]
    [InlineData("GET", "Content-Type: application/json\r\nContent-Length: 0\r\n")]
    [InlineData("GET", "Last-Modified: x\r\nExpires: 0\r\nAllow: GET\r\n")]
    [InlineData("HEAD", "Content-Type: application/json\r\n")]
    [InlineData("POST", "")]
    [InlineData("POST", "Content-Length: 0\r\n")]
    [InlineData("POST", "Content-Type: application/json\r\nContent-Length: 0\r\n")]
    [InlineData("PUT", "Content-Length: 0\r\n")]
    [InlineData("DELETE", "")]
    [InlineData("DELETE", "Content-Length: 0\r\n")]
    [InlineData("OPTIONS", "Content-Type: application/json\r\n")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n")]
    public Task Absent_body_stays_absent_with_the_same_declaration(string method, string headers) =>
        AssertSameAsync(
            $"{method} /index/_search HTTP/1.1\r\nHost: a\r\n{headers}\r\n" + (headers.Contains("chunked", StringComparison.Ordinal) ? "0\r\n\r\n" : ""));

    [Theory]
    [InlineData("accept: application/vnd.elasticsearch+json; compatible-with=9\r\nuser-agent: elasticsearch-py/9.5.1 (Python/3.11; elastic-transport/9)\r\n")]
    [InlineData("x-elastic-client-meta: es=9.5.1,py=3.11\r\nX-Opaque-Id: 12\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b\r\nbaggage: c=d\r\n")]
    [InlineData("Authorization: ApiKey aGVsbG8=\r\nes-security-runas-user: x\r\nes-secondary-authorization: Basic eA==\r\nsecuritytenant: t\r\n")]
    [InlineData("Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nAccept-Language: de;q=0.5\r\n")]
    [InlineData("Accept-Encoding: identity\r\n")]
    [InlineData("X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nForwarded: for=1\r\nVia: 1.1 a\r\nX-Content-Length: 7\r\n")]
    [InlineData("x-team: Bücher-Größe\r\nX-Latin: \u00a0\u00ff\u0080y\r\n")]
    [InlineData("x-team: B\u00c3\u00bccher\r\n")]
    [InlineData("X-Empty:\r\nAccept:\r\nX-Other: \r\n")]
    [InlineData("X-Spaces:   a  b\tc  \r\nX-Quoted: \"a, b\"; q='x'\r\n")]
    [InlineData("Cookie: a=b; c=d\r\nSet-Cookie: odd\r\nReferer: not a uri\r\nDate: never\r\nIf-Modified-Since: x\r\nRange: y\r\nFrom: z\r\n")]
    [InlineData("User-Agent: (((\r\nContent-Encoding: what\r\nAccept: //;;=\r\nProxy-Authorization: Basic x\r\nMax-Forwards: a\r\nPragma:,\r\n")]
    [InlineData("Expect: something-else\r\nWarning: 299 - \"x\"\r\nUpgrade-Insecure-Requests: 1\r\nAlt-Svc: h\r\nTrailer: X-Sum\r\n")]
    public Task Header_values_arrive_byte_for_byte_and_none_is_added(string headers) =>
        AssertSameAsync($"GET /_cat/health HTTP/1.1\r\nHost: cluster:9200\r\n{headers}\r\n");

    [Fact]
    public async Task Head_larger_than_the_cluster_accepts_is_refused_by_the_cluster()
    {
        string padding = new('x', 70_000);
        await AssertSameAsync($"GET /a?{padding} HTTP/1.1\r\nHost: a\r\n\r\n");
        await AssertSameAsync($"GET /a HTTP/1.1\r\nHost: a\r\nX-Long: {padding}\r\n\r\n");
        await AssertSameAsync("GET /a HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: {i}\r\n")) + "\r\n");
    }

    [Fact]
    public async Task Repeated_headers_arrive_in_order_as_one_list()
    {
        await AssertSameAsync("GET /a HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"X-Many: {i}\r\n")) + "\r\n");
        await AssertSameAsync("GET /a HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nWarning: 1\r\nAccept: c/d\r\nWarning: 2\r\n\r\n");
    }

    [Fact]
    public async Task Bulk_of_40_MB_streams_through_unchanged()
    {
        byte[] body = new byte[40 * 1024 * 1024];
        new Random(7).NextBytes(body);
        byte[] head = Encoding.Latin1.GetBytes(
            $"POST /_bulk HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nContent-Length: {body.Length}\r\n\r\n");
        await AssertSameAsync([.. head, .. body]);
    }

    [Theory]
    [InlineData("/_bulk")]
    [InlineData("/index/_search")]
    public async Task Compressed_body_arrives_as_it_was_compressed(string target)
    {
        using MemoryStream compressed = new();
        await using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Knn));
        }

        byte[] head = Encoding.Latin1.GetBytes(
            $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {compressed.Length}\r\n\r\n");
        await AssertSameAsync([.. head, .. compressed.ToArray()]);
    }

    [Theory]
    [InlineData("/_bulk")]
    [InlineData("/index/_search")]
    public Task Expect_100_continue_reaches_the_cluster_and_its_answer_the_client(string target) => AssertSameAsync(
        $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {Knn.Length}\r\n\r\n{Knn}");

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 Fine by me\r\ncontent-length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 201 Created\r\nLocation: /index/_doc/a%2Fb\r\ncontent-length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n")]
    [InlineData("HTTP/1.1 301 Moved Permanently\r\nLocation: http://elsewhere/\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\ncontent-length: 12\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 31\r\n\r\n{\"error\":{\"type\":\"parsing\"},\"a\"}")]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"security\", charset=\"UTF-8\"\r\nWWW-Authenticate: Bearer realm=\"security\"\r\nWWW-Authenticate: ApiKey\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 799 Odd\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nServer: nginx\r\nSet-Cookie: a=b; Path=/\r\nSet-Cookie: c=d\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nDate: whenever\r\nAge: x\r\nCache-Control: ,,\r\nETag: bare\r\nExpires: -1\r\nLast-Modified: y\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nWarning: 299 Elasticsearch-9.4.3-x \"deprecated, \u00fcber\"\r\nWarning: 299 Elasticsearch-9.4.3-x \"other\"\r\nX-Empty:\r\nX-Opaque-Id: 12\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nServer-Timing: a;dur=1\r\nEsRefine: refined\r\nStrict-Transport-Security: x\r\nStrict-Transport-Security: y\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\nVary: Accept-Encoding\r\n\r\n\u001f\u008b\u0008\u0000!")]
    public async Task Reply_comes_back_byte_for_byte(string reply)
    {
        await AssertSameAsync("GET /a HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n", reply);
        await AssertSameAsync($"POST /a/_search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {Knn.Length}\r\n\r\n{Knn}", reply);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 534\r\n\r\n")]
    [InlineData("HTTP/1.1 404 Not Found\r\ncontent-length: 300\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    public Task Reply_to_HEAD_keeps_its_declared_length(string reply) => AssertSameAsync("HEAD /index HTTP/1.1\r\nHost: a\r\n\r\n", reply);

    [Fact]
    public async Task Large_reply_headers_come_back()
    {
        string warning = $"Warning: 299 Elasticsearch \"{new string('w', 60_000)}\"\r\n";
        await AssertSameAsync(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat(warning, 10))}content-length: 0\r\n\r\n");
    }

    private static Task AssertSameAsync(string request, string reply = Ok) => AssertSameAsync(Encoding.Latin1.GetBytes(request), reply);

    private static async Task AssertSameAsync(byte[] request, string reply = Ok)
    {
        bool isHead = request.AsSpan().StartsWith("HEAD "u8);
        string answer = isHead ? reply[..(reply.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)] : reply;
        await using RecordingUpstream upstream = RecordingUpstream.Start(answer);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);

        HttpBytes directReply = await RawClient.AskAsync(upstream.Url, request);
        HttpBytes directRequest = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
        HttpBytes doorReply = await RawClient.AskAsync(listener.Url, request);
        HttpBytes doorRequest = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Wire.OfRequest(directRequest), Wire.OfRequest(doorRequest));
        Assert.True(directRequest.Content.AsSpan().SequenceEqual(doorRequest.Content), "the request's content differs");
        Assert.Equal(Wire.OfReply(directReply), Wire.OfReply(doorReply));
        Assert.True(directReply.Content.AsSpan().SequenceEqual(doorReply.Content), "the reply's content differs");
        Assert.False(upstream.TryNextRequest(out _), "one request became several");
    }
}
