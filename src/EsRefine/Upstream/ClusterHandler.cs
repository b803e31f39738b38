using System.Text;

namespace EsRefine.Upstream;

/// <summary>Connections to the cluster, set so that they add, change and limit nothing of their own.</summary>
internal static class ClusterHandler
{
    /// <summary>Longest header section taken from the cluster, in KiB: <c>Warning</c> headers are unlimited there by default.</summary>
    private const int MaxReplyHeadKibibytes = 8 * 1024;

    /// <summary>No timeout for a reply: how long to wait is the client's decision, and its leaving cancels the request.</summary>
    /// <param name="hasAlternative">Another node can take a request: connecting has a timeout.</param>
    public static SocketsHttpHandler Create(bool hasAlternative) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = int.MaxValue,
        ConnectCallback = (connection, cancellationToken) => UpstreamSocket.ConnectAsync(connection.DnsEndPoint, hasAlternative, cancellationToken),
        PlaintextStreamFilter = static (connection, _) => ValueTask.FromResult<Stream>(new UpstreamConnection(connection.PlaintextStream)),
#pragma warning disable CA2262 // It asks whether kibibytes are meant. They are.
        MaxResponseHeadersLength = MaxReplyHeadKibibytes,
#pragma warning restore CA2262
        PooledConnectionLifetime = Timeouts.UpstreamConnectionLifetime,
        RequestHeaderEncodingSelector = static (_, request) =>
        {
            UndeclaredLength.LastLook(request);
            return RepeatedHeader.Latin1Lines;
        },
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    };
}
