using EsRefine.Upstream;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EsRefine.Hosting;

/// <summary>Ready = a node accepts connections, whatever it answers: without credentials of our own a 401 is as good as a 200.</summary>
/// <remarks>
/// A cluster that is slow, or answers 5xx, is degraded and leaves EsRefine ready: every replica would see the same, and with all of them out of service the
/// application would get nothing instead of the cluster's own answers.
/// </remarks>
internal sealed class UpstreamHealthCheck(UpstreamClient upstream) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeouts.HealthCheckTimeout);
        try
        {
            UpstreamReply reply = await upstream.SendAsync(HttpMethod.Get, "/", new HeaderDictionary(), default, timeout.Token);
            return reply.StatusCode < 500 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded($"the cluster answers {reply.StatusCode}");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy($"the cluster cannot be reached ({exception.Message}); check upstream.urls");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await upstream.Nodes.AnyAcceptsConnectionsAsync(cancellationToken)
                ? HealthCheckResult.Degraded($"the cluster has not answered within {Timeouts.HealthCheckTimeout.TotalSeconds} s")
                : HealthCheckResult.Unhealthy("no node of the cluster accepts connections; check upstream.urls");
        }
    }
}
