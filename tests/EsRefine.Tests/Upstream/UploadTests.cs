using System.Net;
using System.Net.Sockets;
using System.Text;
using EsRefine.Tests.Http;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Upstream;

/// <summary>A cluster that answers while a client is still sending (413, 429) is heard at once.</summary>
public sealed class UploadTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 1000000000", "", false, false)]
    [InlineData("Content-Length: 1000000000", "", true, false)]
    [InlineData("Content-Length: 1000000000", "", true, true)]
    [InlineData("Transfer-Encoding: chunked", "186a0\r\n", false, false)]
    [InlineData("Transfer-Encoding: chunked", "186a0\r\n", true, true)]
    public async Task Early_reply_is_passed_on_while_the_client_still_sends(string framing, string before, bool isReused, bool closes)
    {
        using TcpListener cluster = new(IPAddress.Loopback, 0);
        cluster.Start();
        await using OpenListener listener = await OpenListener.OpenAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)cluster.LocalEndpoint).Port}"));
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        Task<TcpClient> accepting = cluster.AcceptTcpClientAsync(Cancelled).AsTask();
        byte[] buffer = new byte[64 * 1024];
        if (isReused)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Stream first = (await accepting).GetStream();
            await HttpBytes.ReadAsync(first, cancellationToken: Cancelled);
            await first.WriteAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"u8.ToArray(), Cancelled);
            Assert.Equal("ok", (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!.Text);
        }

        // 100 KB of much more: the rest never comes, and the cluster reads no more than the head.
        await client.SendAsync($"POST /_bulk HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{before}{new string('x', 100_000)}");
        using TcpClient upstream = await accepting;
        Assert.True(await upstream.GetStream().ReadAsync(buffer, Cancelled) > 0);
        await upstream.GetStream().WriteAsync("HTTP/1.1 413 Content Too Large\r\ncontent-length: 5\r\n\r\nlarge"u8.ToArray(), Cancelled);
        if (closes)
        {
            upstream.Close();
        }

        HttpBytes reply = (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!;
        Assert.Equal(("HTTP/1.1 413 Content Too Large", "large"), (reply.StartLine, reply.Text));
    }

    [Fact]
    public async Task Large_bodies_arrive_whole_where_the_cluster_answers_after_them()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        for (int i = 0; i < 5; i++)
        {
            string body = new((char)('a' + i), 300_000 + i);
            await client.SendAsync($"POST /_bulk HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Assert.Equal("ok", (await HttpBytes.ReadAsync(client.Stream, cancellationToken: Cancelled))!.Text);
            Assert.Equal(body, Encoding.Latin1.GetString((await upstream.NextRequestAsync(Cancelled)).Body));
        }

        Assert.Equal(1, upstream.Connections);
    }
}
