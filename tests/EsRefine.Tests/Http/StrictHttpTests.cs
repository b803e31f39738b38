using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Http;

public sealed class StrictHttpTests
{
    [Theory]
    [InlineData("POST /a/_search HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a/_search HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: cow\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nContent-Length: 5\r\n\r\n12345")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5.0\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1e1\r\n\r\n1234567890")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: five\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \u00b2\r\n\r\n12")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length\t: 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\n Content-Length: 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX-Folded: a\r\n b\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX-Folded: a\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX-Null: a\u0000b\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX-Return: a\rTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a/b@c\r\n\r\n")]
    [InlineData("POST  /a HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /a b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST\t/a\tHTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a HTTP/1.10\r\nHost: a\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\nContent-Length: 5\r\n\r\n12345")]
    [InlineData("POST /a HTTP/1.1\nHost: a\nContent-Length: 5\n\n12345")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nX-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task Message_of_ambiguous_length_is_refused_before_anything_is_forwarded(string request)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(request);

        HttpBytes reply = await client.ReadReplyAsync();

        Assert.Equal("HTTP/1.1 400 Bad Request", reply.StartLine);
        Assert.Equal("close", reply.Header("Connection"));
        Assert.Equal(0, upstream.Connections);
        Assert.Null(await HttpBytes.ReadAsync(client.Stream, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("chunked")]
    [InlineData("Chunked")]
    public async Task Plain_chunked_is_accepted(string coding)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        HttpBytes reply = await RawClient.AskAsync(listener.Url, $"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n1\r\na\r\n0\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK", reply.StartLine);
        Assert.Equal("a", (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).Text);
    }

    /// <summary>The head has been sent to the cluster by then. The cluster must never receive a complete message, nor the bytes that follow.</summary>
    [Theory]
    [InlineData("g\r\n")]
    [InlineData("0x2\r\nab\r\n0\r\n\r\n")]
    [InlineData("+2\r\nab\r\n0\r\n\r\n")]
    [InlineData("-2\r\nab\r\n0\r\n\r\n")]
    [InlineData(" 2\r\nab\r\n0\r\n\r\n")]
    [InlineData("2\nab\r\n0\r\n\r\n")]
    [InlineData("2\r\nabc\r\n0\r\n\r\n")]
    [InlineData("2\r\nab0\r\n\r\n")]
    [InlineData("2\r\nab\n0\r\n\r\n")]
    [InlineData("2;x\nab\r\n0\r\n\r\n")]
    [InlineData("10000000000000002\r\nab\r\n0\r\n\r\n")]
    [InlineData("\r\n0\r\n\r\n")]
    public async Task Invalid_chunks_end_the_connection_and_hide_no_second_request(string chunks)
    {
        foreach (string target in (string[])["/a/_bulk", "/a/_search"])
        {
            await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
            using RawClient client = await RawClient.ConnectAsync(listener.Url);
            await client.SendAsync(
                $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");

            try
            {
                HttpBytes? reply = await HttpBytes.ReadAsync(client.Stream, cancellationToken: TestContext.Current.CancellationToken);
                Assert.True(reply is null || reply.StartLine == "HTTP/1.1 400 Bad Request", reply?.StartLine);
            }
            catch (IOException)
            {
                // A reset connection is fine too.
            }

            Assert.False(upstream.TryNextRequest(out HttpBytes? arrived), arrived?.StartLine);
        }
    }

    /// <summary>The recognizer and the forwarder read the same raw target, so a target cannot be a search for one of them only.</summary>
    [Theory]
    [InlineData("/i/_search", true)]
    [InlineData("http://other/i/_search", true)]
    [InlineData("/i/_search?a/_bulk", true)]
    [InlineData("/i/%5fsearch", false)]
    [InlineData("/i%2f_search", false)]
    [InlineData("/i/_search%3f", false)]
    [InlineData("/i/_search%23", false)]
    [InlineData("/i/_search#a", false)]
    [InlineData("/i/./_search", false)]
    [InlineData("/i/x/../_search", false)]
    [InlineData("/%2e%2e/_search", false)]
    [InlineData("/i//_search", false)]
    [InlineData("/i\\_search", false)]
    [InlineData("/i/_search;a", false)]
    [InlineData("/_bulk?/_search", false)]
    public async Task Matched_target_is_the_forwarded_target(string target, bool isSearch)
    {
        bool offered = false;
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(
            (search, cancellationToken) =>
            {
                offered = true;
                return OpenListener.PassAll(search, cancellationToken);
            },
            64 * 1024, upstream.Url);

        await RawClient.AskAsync(listener.Url, $"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");

        Assert.Equal(isSearch, offered);
        string received = (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).StartLine;
        Assert.Equal($"POST {target.Replace("http://other", "", StringComparison.Ordinal)} HTTP/1.1", received);
    }
}
