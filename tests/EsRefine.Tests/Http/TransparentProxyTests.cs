using System.Net;
using System.Net.Sockets;
using System.Text;
using EsRefine.Http;
using EsRefine.TestSupport;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.Tests.Http;

public sealed class TransparentProxyTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Get)]
    [InlineData("POST /a/_search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")]
    public async Task Client_that_disconnects_cancels_its_request(string request)
    {
        TaskCompletionSource left = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.WaitForCloseAsync();
            left.SetResult();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using (RawClient client = await RawClient.ConnectAsync(listener.Url))
        {
            await client.SendAsync(request);
            await upstream.NextRequestAsync(Cancelled);
        }

        await left.Task.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task Client_that_disconnects_in_mid_reply_cancels_the_reply()
    {
        TaskCompletionSource left = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome");
            await connection.WaitForCloseAsync();
            left.SetResult();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using (RawClient client = await RawClient.ConnectAsync(listener.Url))
        {
            await client.SendAsync(Get);
            await ReadUntilAsync(client, "some");
        }

        await left.Task.WaitAsync(Cancelled);
    }

    [Theory]
    [InlineData("content-length: 100\r\n\r\nsome", false)]
    [InlineData("content-length: 100\r\n\r\nsome", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", true)]
    public async Task Incomplete_reply_is_never_completed(string reply, bool reset)
    {
        TaskCompletionSource received = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + reply);
            await received.Task.WaitAsync(Cancelled);
            if (reset)
            {
                connection.Abort();
            }
            else
            {
                connection.Close();
            }
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Get);
        await ReadUntilAsync(client, "some");
        received.SetResult();

        Assert.DoesNotContain("0\r\n\r\n", await ReadToEndAsync(client), StringComparison.Ordinal);
    }

    /// <summary>Without the sidecar, the client would read the received bytes and then the end. A reset would discard bytes it has not read yet.</summary>
    [Theory]
    [InlineData("content-length: 99999\r\n\r\n", 1)]
    [InlineData("content-length: 99999\r\n\r\n", 65_000)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffff\r\n", 65_000)]
    public async Task Incomplete_reply_ends_after_the_bytes_received(string framing, int length)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + framing + new string('x', length));
            connection.Close();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Get);

        using StreamReader reader = new(client.Stream);
        string reply = await reader.ReadToEndAsync(Cancelled);   // throws on a reset

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", reply, StringComparison.Ordinal);
        Assert.Equal(length, reply[reply.IndexOf("\r\n\r\n", StringComparison.Ordinal)..].Count(static letter => letter == 'x'));
        Assert.DoesNotContain("0\r\n\r\n", reply[^8..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_closed_client_gets_its_reply()
    {
        TaskCompletionSource closed = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await closed.Task.WaitAsync(Cancelled);
            await connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.HalfClose();
        await Task.Delay(50, Cancelled);   // time for Kestrel to read the end of the input
        closed.SetResult();

        Assert.Equal("{}", (await client.ReadReplyAsync()).Text);
        Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], Cancelled));
    }

    [Fact]
    public async Task Idle_connection_outlives_the_servers_heartbeats()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(static (_, connection) => connection.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);

        for (int request = 0; request < 2; request++)
        {
            await client.SendAsync(Get);
            await ReadUntilAsync(client, "ok");
            // Kestrel checks for idle connections once a second, by a clock that cannot be replaced, so this test waits in real time.
            await Task.Delay(TimeSpan.FromSeconds(2.5), Cancelled);
        }

        Assert.False(await IsClosedAsync(client));
    }

    [Fact]
    public async Task Reply_reaches_the_client_as_it_is_written()
    {
        TaskCompletionSource firstSeen = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await firstSeen.Task.WaitAsync(Cancelled);
            await connection.SendAsync("6\r\nsecond\r\n0\r\n\r\n");
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Get);
        await ReadUntilAsync(client, "first");
        firstSeen.SetResult();
        await ReadUntilAsync(client, "second");
    }

    [Fact]
    public async Task Request_streams_to_the_cluster_before_it_is_complete()
    {
        using TcpListener cluster = new(IPAddress.Loopback, 0);
        cluster.Start();
        await using OpenListener listener = await OpenListener.OpenAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)cluster.LocalEndpoint).Port}"));
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        // HttpClient buffers up to 4 KiB.
        string filler = new('.', 16 * 1024);
        await client.SendAsync($"POST /_bulk HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4005\r\nfirst{filler}\r\n");
        using TcpClient upstream = await cluster.AcceptTcpClientAsync(Cancelled);
        await ReadUntilAsync(upstream.GetStream(), "first");
        await client.SendAsync("6\r\nsecond\r\n0\r\n\r\n");
        await ReadUntilAsync(upstream.GetStream(), "second");
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-le")]
    [InlineData("this is not HTTP\r\n\r\n")]
    public async Task Cluster_that_sends_no_reply_breaks_the_connection_as_it_would_directly(string answer)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync(answer);
            connection.Close();
        });
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Get);
        Assert.Equal("", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Unreachable_cluster_breaks_the_connection()
    {
        await using OpenListener listener = await OpenListener.OpenAsync(ClosedPort());
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Get);
        Assert.Equal("", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Node_that_refuses_the_connection_is_skipped()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        await using OpenListener listener = await OpenListener.OpenAsync(ClosedPort(), ClosedPort(), upstream.Url);
        for (int i = 0; i < 4; i++)
        {
            HttpBytes reply = await RawClient.AskAsync(
                listener.Url, "POST /a/_search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
            Assert.Equal("HTTP/1.1 200 OK", reply.StartLine);
            Assert.Equal("{}", (await upstream.NextRequestAsync(Cancelled)).Text);
        }
    }

    [Fact]
    public async Task Request_is_not_resent_after_a_node_has_received_it()
    {
        await using RecordingUpstream dying = RecordingUpstream.Start((_, connection) =>
        {
            connection.Close();
            return Task.CompletedTask;
        });
        await using RecordingUpstream healthy = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(dying.Url, healthy.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync("POST /a/_doc HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
        Assert.Equal("", await ReadToEndAsync(client));
        Assert.Equal(0, healthy.Connections);
    }

    /// <summary>Waits in real time: Kestrel checks for idle connections once a second, by a clock that cannot be replaced.</summary>
    [Fact]
    public async Task Idle_connection_stays_open()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadReplyAsync();

        using CancellationTokenSource heartbeats = new(TimeSpan.FromSeconds(2.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.Stream.ReadExactlyAsync(new byte[1], heartbeats.Token));

        await client.SendAsync("GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("ok", (await client.ReadReplyAsync()).Text);
    }

    [Fact]
    public async Task Requests_share_the_connections_to_a_node()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        for (int i = 0; i < 5; i++)
        {
            await RawClient.AskAsync(listener.Url, $"GET /a HTTP/1.1\r\nHost: a{i}\r\n\r\n");
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Path_of_a_node_is_prepended_to_the_target()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        await using OpenListener listener = await OpenListener.OpenAsync(new Uri(upstream.Url, "/prefix/"));
        await RawClient.AskAsync(listener.Url, "GET //a%2Fb/../c?d HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("GET /prefix//a%2Fb/../c?d HTTP/1.1", (await upstream.NextRequestAsync(Cancelled)).StartLine);
    }

    [Theory]
    [InlineData("http://node:9200", "signed.example:9280")]
    [InlineData("https://node:9200", null)]    // null: HttpClient writes the node's
    public async Task Host_is_the_clients_over_plain_HTTP_and_the_nodes_over_TLS(string node, string? host)
    {
        DefaultHttpContext context = new();
        context.Request.Headers.Host = "signed.example:9280";
        using HttpRequestMessage request = new();
        VerbatimTransformer transformer = new(new Uri(node), RawTarget.Parse("/a"), summary: null);
        await transformer.TransformRequestAsync(context, request, node, Cancelled);
        Assert.Equal(host, request.Headers.Host);
    }

    [Fact]
    public void Proxy_adds_no_timeout()
    {
        using SocketsHttpHandler handler = ClusterHandler.Create(hasAlternative: false);
        Assert.Equal(Timeout.InfiniteTimeSpan, handler.ConnectTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, TransparentProxy.Config.ActivityTimeout);
    }

    private static Uri ClosedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private static Task ReadUntilAsync(RawClient client, string text) => ReadUntilAsync(client.Stream, text);

    private static async Task ReadUntilAsync(Stream stream, string text)
    {
        StringBuilder seen = new();
        byte[] buffer = new byte[4096];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(buffer, Cancelled);
            Assert.True(read > 0, $"the connection ended before \"{text}\": {seen}");
            seen.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static async Task<string> ReadToEndAsync(RawClient client)
    {
        StringBuilder seen = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (await client.Stream.ReadAsync(buffer, Cancelled) is > 0 and int read)
            {
                seen.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // The reset that the test expects.
        }

        return seen.ToString();
    }

    private static async Task<bool> IsClosedAsync(RawClient client)
    {
        Task<int> read = client.Stream.ReadAsync(new byte[1], Cancelled).AsTask();
        return await Task.WhenAny(read, Task.Delay(TimeSpan.FromMilliseconds(100), Cancelled)) == read;
    }
}
