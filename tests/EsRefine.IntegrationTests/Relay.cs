using System.Text;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Forwards requests from a scripted cluster to a real engine.</summary>
internal static class Relay
{
    /// <summary>The real engine's reply.</summary>
    /// <param name="target">Path and query to use; null = those of the request.</param>
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
