using System.Net;
using System.Net.Sockets;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Hosting;

/// <summary>A sidecar in front of itself says so at the start, instead of opening connections to itself until there are no more.</summary>
public sealed class OwnAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:9280", "http://127.0.0.1:9280/", true)]
    [InlineData("http://localhost:9280/prefix", "http://127.0.0.1:9280/", true)]
    [InlineData("http://localhost:9280", "http://[::]:9280/", true)]
    [InlineData("http://127.0.0.2:9280", "http://0.0.0.0:9280/", true)]
    [InlineData("http://127.0.0.1:9200", "http://127.0.0.1:9280/", false)]
    [InlineData("http://127.0.0.2:9280", "http://127.0.0.1:9280/", false)]
    [InlineData("http://192.0.2.1:9280", "http://0.0.0.0:9280/", false)]
    [InlineData("http://no-such-host.invalid:9280", "http://0.0.0.0:9280/", false)]
    public async Task Node_that_leads_to_the_data_listener_is_refused(string node, string listener, bool isRefused)
    {
        Exception? refusal = await Record.ExceptionAsync(
            () => OwnAddress.RefuseAsync([new("http://192.0.2.2:9200"), new(node)], new(listener), TestContext.Current.CancellationToken));

        Assert.Equal(isRefused, refusal is not null);
        if (isRefused)
        {
            string message = Assert.IsType<ConfigurationException>(refusal).Message;
            Assert.StartsWith($"upstream.urls names EsRefine itself: {new Uri(node)} leads to", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sidecar_in_front_of_itself_does_not_start()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [new($"http://localhost:{port}")] },
            Listen = new ListenSettings { Data = $"127.0.0.1:{port}", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" },
        };

        await Assert.ThrowsAsync<ConfigurationException>(() => Sidecar.StartAsync(settings, TestContext.Current.CancellationToken));
    }
}
