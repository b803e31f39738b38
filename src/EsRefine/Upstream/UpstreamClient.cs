using System.Net.Http.Headers;
using EsRefine.Configuration;

namespace EsRefine.Upstream;

/// <summary>The one connection pool to the cluster: no cookies, no redirects, no decompression, no timeout for replies.</summary>
/// <param name="settings">Where the cluster is.</param>
/// <param name="timeProvider">The clock of the trials of unreachable nodes.</param>
/// <param name="logger">Gets the changes of the nodes' states.</param>
/// <param name="memory">Of replies to requests of ours that are being read; null: a budget of its own.</param>
internal sealed class UpstreamClient(
    UpstreamSettings settings, TimeProvider timeProvider, ILogger<UpstreamClient> logger, MemoryBudget? memory = null) : IDisposable
{
    /// <summary>Largest reply to a request of ours that is read, in bytes: 20 hits of 4,096 dimensions and their texts are far below it.</summary>
    public const int MaxReplyBytes = 64 * 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;

    private readonly MemoryBudget _memory = memory ?? MemoryBudget.Of(null);

    /// <summary>For the forwarder and for our own requests alike.</summary>
    public HttpMessageInvoker Invoker { get; } = new(ClusterHandler.Create(hasAlternative: settings.Urls.Count > 1), disposeHandler: true);

    /// <summary>Nodes of the cluster, and which of them are reachable.</summary>
    public UpstreamNodes Nodes { get; } = new(settings.Urls, timeProvider, logger);

    /// <summary>Sends an extra request of ours on a caller's behalf: their credentials, JSON both ways, the reply's body read whole.</summary>
    /// <param name="method">POST for searches.</param>
    /// <param name="pathAndQuery">Raw, from the slash on; percent-encoding is kept.</param>
    /// <param name="callerHeaders">What the client sent; headers of the message and of its connection are left out.</param>
    /// <param name="body">JSON, or empty.</param>
    /// <exception cref="HttpRequestException">
    /// No node can be reached, or the reply breaks off, is larger than <see cref="MaxReplyBytes"/>, or than the memory budget has room for.
    /// </exception>
    public async Task<UpstreamReply> SendAsync(
        HttpMethod method, string pathAndQuery, IHeaderDictionary callerHeaders, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        for (int nodesLeft = Nodes.Count - 1; ; nodesLeft--)
        {
            Uri node = Nodes.Next();
            try
            {
                UpstreamReply reply = await SendAsync(node, method, pathAndQuery, callerHeaders, body, cancellationToken);
                Nodes.Reached(node);
                return reply;
            }
            catch (HttpRequestException exception)
            {
                Nodes.Failed(node, exception);
                if (nodesLeft == 0 || !UpstreamNodes.NeverConnected(exception))
                {
                    throw;
                }

                // Nothing was sent: the next node gets the request.
            }
        }
    }

    /// <summary>A node's address with a raw path and query that nothing re-encodes: date-math names keep their <c>%3C</c> and <c>%2F</c>.</summary>
    public static Uri Target(Uri node, string pathAndQuery)
    {
        string authority = node.GetLeftPart(UriPartial.Authority);
        string prefix = node.AbsolutePath.TrimEnd('/');
        return new Uri(authority + prefix + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private async Task<UpstreamReply> SendAsync(
        Uri node, HttpMethod method, string pathAndQuery, IHeaderDictionary callerHeaders, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, Target(node, pathAndQuery));
        CallerHeaders.CopyTo(request, callerHeaders);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using HttpResponseMessage response = await Invoker.SendAsync(request, cancellationToken);
        byte[] reply = await ReadAsync(response.Content, cancellationToken);
        return new UpstreamReply((int)response.StatusCode, reply, response.Headers.Contains("X-Elastic-Product"));
    }

    public void Dispose()
    {
        Nodes.Dispose();
        Invoker.Dispose();
    }

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        // Read here and not by the content itself: that would hold the reply twice.
        using MemoryBudget.Lease held = _memory.Begin(MemoryUse.OwnReplies);
        try
        {
            await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[Take(held, content.Headers.ContentLength ?? FirstBuffer, before: 0)];
            int length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and int read)
            {
                length += read;
                if (length == buffer.Length && content.Headers.ContentLength is null)
                {
                    Array.Resize(ref buffer, Take(held, length < MaxReplyBytes ? Math.Min(2L * length, MaxReplyBytes) : 2L * length, before: length));
                }
            }

            return length == buffer.Length ? buffer : buffer[..length];
        }
        catch (IOException exception)
        {
            throw new HttpRequestException("the reply broke off", exception);
        }
    }

    /// <summary>The size of a buffer for which there is memory.</summary>
    private static int Take(MemoryBudget.Lease held, long bytes, int before) =>
        bytes > MaxReplyBytes ? throw new HttpRequestException($"the reply is larger than {MaxReplyBytes} bytes")
        : held.TryGrow(bytes - before) ? (int)bytes
        : throw new HttpRequestException("the memory budget (maxBufferedMebibytes) has no room for the reply");
}

/// <summary>A whole reply of the cluster.</summary>
/// <param name="StatusCode">HTTP status.</param>
/// <param name="Body">The body, as sent.</param>
/// <param name="IsElasticsearch">It carried the product header that every successful reply of Elasticsearch has; a 403 does not.</param>
internal sealed record UpstreamReply(int StatusCode, byte[] Body, bool IsElasticsearch)
{
    public bool IsSuccess => StatusCode is >= 200 and < 300;
}
