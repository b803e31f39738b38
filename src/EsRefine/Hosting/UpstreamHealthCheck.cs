using EsRefine.Upstream;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EsRefine.Hosting;

/// <summary>Ready = the cluster answers, whatever it answers: without credentials of our own a 401 is as good as a 200.</summary>
internal sealed class UpstreamHealthCheck(UpstreamClient upstream) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeouts.HealthCheckTimeout);
        try
        {
            UpstreamReply reply = await upstream.SendAsync(HttpMethod.Get, "/", new HeaderDictionary(), default, timeout.Token);
            return reply.StatusCode < 500 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"the cluster answers {reply.StatusCode}");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy($"the cluster cannot be reached ({exception.Message}); check upstream.urls");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"the cluster has not answered within {Timeouts.HealthCheckTimeout.TotalSeconds} s; check upstream.urls");
        }
    }
}
