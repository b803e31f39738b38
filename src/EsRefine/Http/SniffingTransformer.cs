using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>Replaces the nodes' addresses in the reply with EsRefine's, and otherwise does what another transformer does.</summary>
/// <param name="verbatim">The transformer for everything else.</param>
/// <param name="request">The kind of request; not <see cref="SniffRequest.None"/>.</param>
/// <param name="address">The address to publish, <c>host:port</c>.</param>
/// <param name="budget">The memory budget. A reply that does not fit is forwarded unread.</param>
internal sealed class SniffingTransformer(HttpTransformer verbatim, SniffRequest request, string address, MemoryBudget budget) : HttpTransformer
{
    /// <summary>
    /// Largest reply to change, in bytes, before and after decompression. Full information takes about 10 KB per node. A larger reply is forwarded unchanged.
    /// </summary>
    private const int MaxReplyBytes = 64 * 1024 * 1024;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        verbatim.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (!await verbatim.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
        {
            return false;
        }

        HttpResponse response = httpContext.Response;
        if (proxyResponse is not { IsSuccessStatusCode: true } || !BufferedBody.IsJson(response.Headers.ContentType))
        {
            return true;
        }

        try
        {
            await using Stream incoming = await proxyResponse.Content.ReadAsStreamAsync(cancellationToken);
            using MemoryBudget.Lease held = budget.Begin(MemoryUse.Copies);
            (byte[] body, bool isWhole) = await ReadAsync(incoming, held, cancellationToken);
            if (isWhole && Publish(body, response.Headers.ContentEncoding) is { } published)
            {
                body = published;
                if (!response.HasStarted)
                {
                    response.ContentLength = body.Length;
                }
            }

            await response.Body.WriteAsync(body, cancellationToken);
            if (!isWhole)
            {
                await incoming.CopyToAsync(response.Body, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The cluster's reply is incomplete, or the client disconnected. The client's connection is closed, as it would be without EsRefine.
            httpContext.Abort();
        }

        return false;
    }

    private static async Task<(byte[] Body, bool IsWhole)> ReadAsync(Stream incoming, MemoryBudget.Lease held, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        while (body.Length <= MaxReplyBytes)
        {
            int read = await incoming.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return (body.ToArray(), true);
            }

            body.Write(buffer, 0, read);
            if (!held.TryGrow(4L * read))   // the stream's buffer, which doubles, the array, and the reply that is written
            {
                break;
            }
        }

        return (body.ToArray(), false);
    }

    /// <summary>The body with the address replaced, compressed as before. Null if there is nothing to replace or the compression is not supported.</summary>
    private byte[]? Publish(byte[] body, StringValues contentEncoding)
    {
        if (contentEncoding.Count == 0)
        {
            return SniffedNodes.Publish(body, address, request == SniffRequest.Pool);
        }

        if (!BufferedBody.IsGzip(contentEncoding)
            || BufferedBody.Inflate(body, MaxReplyBytes) is not { } inflated
            || SniffedNodes.Publish(inflated, address, request == SniffRequest.Pool) is not { } published)
        {
            return null;
        }

        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(published);
        }

        return compressed.ToArray();
    }
}
