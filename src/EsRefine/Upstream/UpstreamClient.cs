using EsRefine.Configuration;

namespace EsRefine.Upstream;

/// <summary>The one connection pool to the cluster: no cookies, no redirects, no decompression, no timeout of ours.</summary>
internal sealed class UpstreamClient(UpstreamSettings settings) : IDisposable
{
    private int _turn = -1;

    /// <summary>For the forwarder and for our own requests alike.</summary>
    public HttpMessageInvoker Invoker { get; } = new(Http.TransparentHttp.CreateHandler(), disposeHandler: true);

    /// <summary>The node for the next request: the configured ones in turn.</summary>
    public Uri NextNode() => settings.Urls[(int)((uint)Interlocked.Increment(ref _turn) % (uint)settings.Urls.Count)];

    /// <summary>Sends an extra request of ours on a caller's behalf: their credentials, JSON both ways, the reply's body read whole.</summary>
    /// <param name="method">POST for searches.</param>
    /// <param name="pathAndQuery">Raw, from the slash on; percent-encoding is kept.</param>
    /// <param name="callerHeaders">What the client sent; connection, content and tracing headers are left out.</param>
    /// <param name="body">JSON, or empty.</param>
    public Task<UpstreamReply> SendAsync(
        HttpMethod method, string pathAndQuery, IHeaderDictionary callerHeaders, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void Dispose() => Invoker.Dispose();
}

/// <summary>A whole reply of the cluster.</summary>
internal sealed record UpstreamReply(int StatusCode, byte[] Body);
