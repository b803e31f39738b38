using System.Text;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Hands what arrived at a scripted cluster on to a real one.</summary>
internal static class Relay
{
    /// <summary>The real cluster's answer.</summary>
    /// <param name="target">Path and query there; null = as they came.</param>
    public static async Task<UpstreamAnswer> ToAsync(RunningEngine engine, UpstreamRequest request, CancellationToken cancellationToken, string? target = null)
    {
        using HttpRequestMessage relayed = new(new HttpMethod(request.Method), target ?? request.Target);
        if (request.Body.Length > 0)
        {
            relayed.Content = new StringContent(request.BodyText, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage reply = await engine.Http.SendAsync(relayed, cancellationToken);
        return new(await reply.Content.ReadAsStringAsync(cancellationToken), (int)reply.StatusCode);
    }
}
