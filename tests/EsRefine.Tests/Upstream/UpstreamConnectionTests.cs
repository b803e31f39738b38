using System.Text;
using EsRefine.Tests.Http;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Upstream;

/// <summary>A connection on which a node has stopped reading is never handed to another request.</summary>
public sealed class UpstreamConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno")]
    [InlineData("HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 2\r\n\r\nno")]
    [InlineData("HTTP/1.1 414 URI Too Long\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.0 400 Bad Request\r\ncontent-length: 2\r\n\r\nno")]
    public async Task Connection_whose_request_was_refused_is_not_reused(string refusal)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (request, connection) =>
        {
            if (request.StartLine.Contains("/refused", StringComparison.Ordinal))
            {
                await connection.SendAsync(refusal);
                await connection.WaitForCloseAsync();   // reads, and answers nothing
                connection.Close();
            }
            else
            {
                await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);

        // One after the other, so that each request may take the connection of the one before it: new, and reused.
        foreach (string path in (string[])["/refused", "/served", "/served", "/refused", "/refused", "/served"])
        {
            using RawClient client = await RawClient.ConnectAsync(listener.Url);
            await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
            HttpBytes reply = (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!;
            Assert.Equal(path == "/served" ? "ok" : "no", reply.Text);
            Assert.Null(reply.Header("Connection"));
        }

        Assert.Equal(4, upstream.Connections);
    }

    [Fact]
    public async Task Connection_is_reused_after_every_other_status()
    {
        int[] statuses = [200, 201, 404, 405, 409, 429, 500, 503];
        int next = -1;
        await using RecordingUpstream upstream = RecordingUpstream.Start(
            (_, connection) => connection.SendAsync($"HTTP/1.1 {statuses[Interlocked.Increment(ref next)]} Any\r\ncontent-length: 0\r\n\r\n"));
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);

        foreach (int status in statuses)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpBytes reply = (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!;
            Assert.StartsWith($"HTTP/1.1 {status}", reply.StartLine, StringComparison.Ordinal);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Refusal_is_seen_behind_interim_replies_and_in_pieces()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 10");
            await Task.Delay(20, Cancelled);
            await connection.SendAsync("3 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 400 Bad");
            await Task.Delay(20, Cancelled);
            foreach (byte letter in Encoding.ASCII.GetBytes(" Request\r\ncontent-length: 2\r\n\r\nno"))
            {
                await connection.SendAsync([letter]);
            }
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);

        for (int i = 1; i <= 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpBytes reply = (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!;
            Assert.Equal(("HTTP/1.1 400 Bad Request", "no"), (reply.StartLine, reply.Text));
            Assert.Equal(i, upstream.Connections);
        }
    }
}
