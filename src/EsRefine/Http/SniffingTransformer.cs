using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>Passes a request on as another transformer does, and puts our address into the reply in the place of the nodes' own.</summary>
/// <param name="verbatim">Carries everything else.</param>
/// <param name="request">What was asked for; not <see cref="SniffRequest.None"/>.</param>
/// <param name="address">What the client is told, <c>host:port</c>.</param>
/// <param name="budget">A reply that it has no room for passes unread.</param>
internal sealed class SniffingTransformer(HttpTransformer verbatim, SniffRequest request, string address, MemoryBudget budget) : HttpTransformer
{
    /// <summary>Largest reply that is read, in bytes: a node is some 10 KB where all is told of it. Larger ones, and what they inflate to, pass.</summary>
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
            // The cluster broke off in mid-answer, or the client left: either way the client's connection ends as it would have without us.
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

    /// <summary>The body with our address in it, compressed as it came. Null: nothing to replace, or a compression we do not know.</summary>
    private byte[]? Publish(byte[] body, StringValues contentEncoding)
    {
        if (contentEncoding.Count == 0)
        {
            return SniffedNodes.Publish(body, address, request == SniffRequest.Pool);
        }

        if (!BufferedBody.IsGzip(contentEncoding)
            || BufferedBody.Inflate(body, MaxReplyBytes) is not { } inflated
            || SniffedNodes.Publish(inflated.Span, address, request == SniffRequest.Pool) is not { } published)
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
