using System.Net;
using System.Net.Sockets;
using EsRefine.Upstream;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Upstream;

/// <summary>Nodes that cannot be reached get no requests, and are tried without a client's request.</summary>
public sealed class UpstreamNodesTests
{
    private static readonly HttpRequestException Refused = new(
        HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused));

    private readonly FakeTimeProvider _clock = new();
    private readonly FakeLogger _log = new();

    [Fact]
    public void Requests_go_to_the_reachable_nodes_in_turn()
    {
        Uri[] urls = [new("http://a:1"), new("http://b:1"), new("http://c:1")];
        using UpstreamNodes nodes = new(urls, _clock, _log);
        Assert.Equal([urls[0], urls[1], urls[2], urls[0]], Next(nodes, 4));

        nodes.Failed(urls[1], Refused);
        Assert.DoesNotContain(urls[1], Next(nodes, 10));

        nodes.Reached(urls[1]);
        Assert.Contains(urls[1], Next(nodes, 3));
    }

    [Fact]
    public void All_nodes_get_requests_where_none_is_reachable()
    {
        Uri[] urls = [new("http://a:1"), new("http://b:1")];
        using UpstreamNodes nodes = new(urls, _clock, _log);
        nodes.Failed(urls[0], Refused);
        nodes.Failed(urls[1], Refused);
        Assert.Equal(urls.Length, Next(nodes, 4).Distinct().Count());
    }

    [Fact]
    public void A_change_of_state_is_logged_once()
    {
        Uri[] urls = [new("http://a:1"), new("http://b:1")];
        using UpstreamNodes nodes = new(urls, _clock, _log);
        for (int i = 0; i < 500; i++)
        {
            nodes.Failed(urls[0], Refused);
        }

        Assert.Equal(LogLevel.Warning, Assert.Single(_log.Collector.GetSnapshot()).Level);
        nodes.Reached(urls[0]);
        nodes.Reached(urls[0]);
        Assert.Equal(2, _log.Collector.Count);
    }

    [Fact]
    public void A_reply_that_breaks_off_says_nothing_of_the_node()
    {
        Uri[] urls = [new("http://a:1"), new("http://b:1")];
        using UpstreamNodes nodes = new(urls, _clock, _log);
        nodes.Failed(urls[0], new HttpRequestException(HttpRequestError.ResponseEnded));
        nodes.Failed(urls[0], new IOException("reset", new SocketException((int)SocketError.ConnectionReset)));
        nodes.Failed(urls[0], null);
        Assert.Contains(urls[0], Next(nodes, 2));

        nodes.Failed(urls[0], new IOException("lost", new SocketException((int)SocketError.TimedOut)));
        Assert.DoesNotContain(urls[0], Next(nodes, 4));
    }

    [Fact]
    public async Task An_unreachable_node_comes_back_without_a_request()
    {
        using TcpListener back = new(IPAddress.Loopback, 0);
        back.Start();
        Uri[] urls = [new($"http://127.0.0.1:{((IPEndPoint)back.LocalEndpoint).Port}"), new("http://b:1")];
        using UpstreamNodes nodes = new(urls, _clock, _log);
        nodes.Failed(urls[0], Refused);
        Assert.DoesNotContain(urls[0], Next(nodes, 4));

        Task<TcpClient> trial = back.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask();
        while (_log.Collector.Count < 2)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        (await trial).Dispose();
        Assert.Contains(urls[0], Next(nodes, 2));
    }

    private static Uri[] Next(UpstreamNodes nodes, int count) => [.. Enumerable.Range(0, count).Select(_ => nodes.Next())];
}
