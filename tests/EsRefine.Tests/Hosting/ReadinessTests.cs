using System.Net;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Readiness_probe_reports_why_the_cluster_is_unreachable()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [new("http://127.0.0.1:1")] },
            Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" },
        };
        await using Sidecar sidecar = await Sidecar.StartAsync(settings, cancellationToken);
        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        using HttpRequestMessage probe = new(HttpMethod.Get, new Uri(sidecar.AdminUrl, "/readyz"));

        using HttpResponseMessage reply = await client.SendAsync(probe, cancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        string reason = await reply.Content.ReadAsStringAsync(cancellationToken);
        Assert.StartsWith("Unhealthy: the cluster cannot be reached (", reason, StringComparison.Ordinal);
        Assert.EndsWith("; check upstream.urls", reason, StringComparison.Ordinal);
    }
}
