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
    public async Task Message_of_ambiguous_length_is_refused_before_anything_is_forwarded(string request)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenDoor door = await OpenDoor.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(door.Url);
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
    public async Task Plain_chunked_is_taken(string coding)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenDoor door = await OpenDoor.OpenAsync(upstream.Url);
        HttpBytes reply = await RawClient.AskAsync(door.Url, $"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {coding}\r\n\r\n1\r\na\r\n0\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK", reply.StartLine);
        Assert.Equal("a", (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).Text);
    }
}
