using EsRefine.Upstream;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>Sends a request on as it came and its reply back as it comes, streaming both ways.</summary>
/// <remarks>
/// A cluster that cannot be reached, or that falls silent in mid-answer, looks through us as it looks without us: the client's connection breaks. A 502 of
/// ours would be an answer the cluster never gave. A node that refuses the connection is another matter: nothing was sent, so the next node gets the request.
/// </remarks>
internal sealed class TransparentProxy(
    IHttpForwarder forwarder, UpstreamClient upstream, PublishedAddress published, ILogger<TransparentProxy> logger, MemoryBudget? budget = null)
{
    /// <summary>HTTP/1.1, which every node speaks and in which a message is most like what the client sent; no timeout of ours.</summary>
    internal static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Bytes that are sent before a node could answer, whatever it has to say.</summary>
    private const int SmallestUpload = 64 * 1024;

    private readonly MemoryBudget _budget = budget ?? MemoryBudget.Of(null);

    /// <summary>Forwards the request as <see cref="HttpContext.Request"/> has it, body and length included.</summary>
    /// <param name="summary">What the reply's headers tell of a search with a kNN clause; null on all other requests.</param>
    public Task ForwardAsync(HttpContext context, RefinementSummary? summary) => ForwardAsync(context, summary, Withholding.Nothing);

    /// <summary>The same for a request that holds something of ours.</summary>
    /// <param name="mayFailInPart">The reply is read whole, to see whether some of its shards or searches failed.</param>
    /// <returns>False: the cluster refused it with 400, 404 or 500, or in part, of which the client has seen nothing yet.</returns>
    public Task<bool> TryForwardAsync(HttpContext context, RefinementSummary? summary, bool mayFailInPart) =>
        ForwardAsync(context, summary, mayFailInPart ? Withholding.PartialFailures : Withholding.Refusals);

    private async Task<bool> ForwardAsync(HttpContext context, RefinementSummary? summary, Withholding withholding)
    {
        RawTarget target = RawTarget.Of(context);
        // No switching of protocols: a tunnel could not be read, and a server is free to ignore the wish.
        context.Features.Set<IHttpUpgradeFeature>(null);
        // The forwarder would reset a connection whose reply broke off; how it ends is decided below.
        context.Features.Set<IHttpResetFeature>(NoReset.Instance);
        CarryContentHeaders(context);

        SniffRequest sniff = published.Asked(context.Request, target);
        using Upload? upload = BeginUpload(context.Request);
        for (int nodesLeft = upstream.Nodes.Count - 1; ; nodesLeft--)
        {
            Uri node = upstream.Nodes.Next();
            VerbatimTransformer verbatim = new(node, target, summary) { Withholds = withholding };
            HttpTransformer transformer = sniff == SniffRequest.None ? verbatim : new SniffingTransformer(verbatim, sniff, published.For(context), _budget);
            ForwarderError error = await forwarder.SendAsync(context, node.AbsoluteUri, upstream.Invoker, Config, transformer, CancellationToken.None);
            if (verbatim.HasWithheld)
            {
                context.Response.Clear();
                return false;
            }

            if (error == ForwarderError.None)
            {
                upstream.Nodes.Reached(node);
                return true;
            }

            if (context.RequestAborted.IsCancellationRequested)
            {
                return true;
            }

            Exception? cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
            upstream.Nodes.Failed(node, cause);
            if (error == ForwarderError.Request && nodesLeft > 0 && UpstreamNodes.NeverConnected(cause))
            {
                context.Response.Clear();
                continue;
            }

            if (error == ForwarderError.RequestBodyClient && !context.Response.HasStarted)
            {
                // The client's own framing is broken: the forwarder has set 400, as the cluster would.
                return true;
            }

            if (!UpstreamNodes.NeverConnected(cause))
            {
                logger.UpstreamFailed(node, error, cause?.Message);
            }

            await BreakOffAsync(context);
            return true;
        }
    }

    /// <summary>Watches a body that arrives while it is sent; null: there is none, or it is here already, or too small to be answered early.</summary>
    private static Upload? BeginUpload(HttpRequest request)
    {
        bool isArriving = request.Body is not ReplayedBody && (request.ContentLength is > SmallestUpload || request.Headers.TransferEncoding.Count > 0);
        Upload? upload = isArriving ? new Upload(request.Body, request.ContentLength) : null;
        request.Body = upload ?? request.Body;
        return Upload.Current = upload;
    }

    /// <summary>Ends the client's connection as the cluster ended its own: after the bytes that had come, and with nothing that would end the body.</summary>
    private static async Task BreakOffAsync(HttpContext context)
    {
        if (context.Response.HasStarted && context.Features.Get<IConnectionTransportFeature>() is { } connection)
        {
            // Aborted, the connection would be reset, and the client would lose what it has not read yet.
            await context.Response.Body.FlushAsync();
            await connection.Transport.Output.CompleteAsync();
            await Task.Delay(Timeouts.BrokenReplyTimeout, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Abort();
    }

    /// <summary>The forwarder makes a content, which alone can hold such headers and a declared length of 0, only where there can be a body.</summary>
    private static void CarryContentHeaders(HttpContext context)
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = request.Headers;
        bool none = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && headers is { ContentLength: null, ContentType.Count: 0, ContentEncoding.Count: 0, ContentLanguage.Count: 0, ContentLocation.Count: 0 }
            and { ContentMD5.Count: 0, ContentRange.Count: 0, ContentDisposition.Count: 0, Allow.Count: 0, Expires.Count: 0, LastModified.Count: 0 };
        if (!none)
        {
            context.Features.Set<IHttpRequestBodyDetectionFeature>(ContentAllowed.Instance);
        }
    }

    private sealed class NoReset : IHttpResetFeature
    {
        public static readonly NoReset Instance = new();

        public void Reset(int errorCode)
        {
        }
    }

    private sealed class ContentAllowed : IHttpRequestBodyDetectionFeature
    {
        public static readonly ContentAllowed Instance = new();

        public bool CanHaveBody => true;
    }
}
