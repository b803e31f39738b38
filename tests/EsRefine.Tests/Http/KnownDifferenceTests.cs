using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Http;

/// <summary>The listener's changes to messages beyond those that <see cref="Wire"/> ignores. Each is asserted, so that a change is noticed.</summary>
public sealed class KnownDifferenceTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    [Theory]
    [InlineData("GET http://elsewhere:1/a%2Fb/../c?d HTTP/1.1", "GET /a%2Fb/../c?d HTTP/1.1", "elsewhere:1")]
    [InlineData("GET http://elsewhere HTTP/1.1", "GET / HTTP/1.1", "elsewhere")]
    [InlineData("GET http://elsewhere?x HTTP/1.1", "GET /?x HTTP/1.1", "elsewhere")]
    public async Task Absolute_form_becomes_origin_form_and_Host(string requestLine, string forwarded, string host)
    {
        HttpBytes request = await ForwardedAsync($"{requestLine}\r\nHost: cluster:9200\r\n\r\n");
        Assert.Equal(forwarded, request.StartLine);
        Assert.Equal(host, request.Header("Host"));
    }

    [Fact]
    public async Task Asterisk_form_becomes_the_path_that_the_engines_read() =>
        Assert.Equal("OPTIONS /* HTTP/1.1", (await ForwardedAsync("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")).StartLine);

    [Fact]
    public async Task Known_methods_become_upper_case() =>
        Assert.Equal("GET /a HTTP/1.1", (await ForwardedAsync("get /a HTTP/1.1\r\nHost: a\r\n\r\n")).StartLine);

    [Fact]
    public async Task Leading_zeros_of_a_length_are_not_forwarded()
    {
        HttpBytes request = await ForwardedAsync("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0002\r\n\r\n{}");
        Assert.Equal("2", request.Header("Content-Length"));
    }

    [Fact]
    public async Task Empty_Host_becomes_the_nodes() =>
        Assert.StartsWith("127.0.0.1:", (await ForwardedAsync("GET /a HTTP/1.1\r\nHost:\r\n\r\n")).Header("Host"), StringComparison.Ordinal);

    [Fact]
    public async Task Spaces_before_the_version_become_one() =>
        Assert.Equal("GET /a HTTP/1.1", (await ForwardedAsync("GET /a   HTTP/1.1\r\nHost: a\r\n\r\n")).StartLine);

    [Fact]
    public async Task HTTP_1_0_request_becomes_HTTP_1_1()
    {
        HttpBytes request = await ForwardedAsync("POST /a HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.Equal("POST /a HTTP/1.1", request.StartLine);
        Assert.Equal("{}", request.Text);
    }

    [Fact]
    public async Task Hop_by_hop_headers_and_those_nominated_by_Connection_are_not_forwarded()
    {
        HttpBytes request = await ForwardedAsync(
            "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop, Upgrade, HTTP2-Settings, Authorization\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABk\r\nTE: trailers\r\nProxy-Connection: x\r\nX-Hop: 1\r\nX-End: 2\r\nAuthorization: Basic eA==\r\n\r\n");
        Assert.Equal(["Authorization", "Host", "X-End"], request.Headers.Select(header => header.Key).Order());
    }

    [Fact]
    public async Task Headers_nominated_by_the_reply_are_not_forwarded()
    {
        HttpBytes reply = await AnsweredAsync(
            "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\ncontent-length: 0\r\n\r\n");
        Assert.Equal(["Content-Length", "X-End"], reply.Headers.Select(header => header.Key).Order());
    }

    [Fact]
    public async Task Trailers_are_not_forwarded()
    {
        HttpBytes reply = await AnsweredAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
        Assert.Equal("a", reply.Text);
        Assert.Equal("", reply.Trailers);
        HttpBytes request = await ForwardedAsync("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
        Assert.Equal("a", request.Text);
        Assert.Equal("", request.Trailers);
    }

    [Fact]
    public async Task Interim_replies_other_than_100_are_not_forwarded()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        HttpBytes? reply = await HttpBytes.ReadAsync(client.Stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 200 OK", reply!.StartLine);
    }

    /// <summary>OpenSearch can advertise HTTP/3 on its own port; a client that followed would bypass the sidecar.</summary>
    [Fact]
    public async Task Alternative_services_are_not_advertised()
    {
        HttpBytes reply = await AnsweredAsync("HTTP/1.1 200 OK\r\nAlt-Svc: h3=\":9300\"\r\nX-End: 2\r\ncontent-length: 0\r\n\r\n");
        Assert.Equal(["Content-Length", "X-End"], reply.Headers.Select(header => header.Key).Order());
    }

    [Fact]
    public async Task Reply_to_HEAD_has_no_Transfer_Encoding()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        Assert.Null((await RawClient.AskAsync(listener.Url, "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")).Header("Transfer-Encoding"));
    }

    [Fact]
    public async Task Reason_phrase_that_is_not_ASCII_loses_its_other_letters() =>
        Assert.Equal("HTTP/1.1 200 F?r dich", (await AnsweredAsync("HTTP/1.1 200 F\u00fcr dich\r\ncontent-length: 0\r\n\r\n")).StartLine);

    [Fact]
    public async Task Empty_reason_phrase_becomes_the_usual_one() =>
        Assert.Equal("HTTP/1.1 200 OK", (await AnsweredAsync("HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n")).StartLine);

    [Fact]
    public async Task Reply_that_ends_with_its_connection_becomes_chunked()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\nall of it");
            connection.Close();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        HttpBytes reply = await RawClient.AskAsync(listener.Url, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK", reply.StartLine);
        Assert.True(reply.IsChunked);
        Assert.Equal("all of it", reply.Text);
    }

    [Theory]
    [InlineData("GET /\u00fcber HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a HTTP/1.1\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request")]
    [InlineData("POST a HTTP/1.1\r\nHost: a\r\n\r\n", "405 Method Not Allowed")]
    [InlineData("GET /a http/1.1\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported")]
    [InlineData("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "405 Method Not Allowed")]
    public async Task Invalid_HTTP_requests_are_refused_here(string request, string status)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        Assert.Equal("HTTP/1.1 " + status, (await RawClient.AskAsync(listener.Url, request)).StartLine);
        Assert.Equal(0, upstream.Connections);
    }

    private static async Task<HttpBytes> ForwardedAsync(string request)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        await RawClient.AskAsync(listener.Url, request);
        return await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpBytes> AnsweredAsync(string reply)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(reply);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        return await RawClient.AskAsync(listener.Url, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    }
}
