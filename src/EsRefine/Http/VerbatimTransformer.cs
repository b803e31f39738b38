using System.Net.Http.Headers;
using EsRefine.Pipeline;
using EsRefine.Upstream;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>
/// Copies request and reply headers unchanged, except for hop-by-hop headers and EsRefine's own. The forwarder copies the body; the declared length stays the
/// client's.
/// </summary>
/// <param name="node">The node it goes to.</param>
/// <param name="target">The target, raw.</param>
/// <param name="summary">What the reply's headers tell of a search with a kNN clause; null on all other requests.</param>
internal sealed class VerbatimTransformer(Uri node, RawTarget target, RefinementSummary? summary) : HttpTransformer
{
    /// <summary>A Date header that Kestrel considers set but that has no value to write, so the reply has no Date.</summary>
    private static readonly StringValues NoDate = new([null]);

    /// <summary>Which replies to withhold from the client, so that the original request can be sent instead.</summary>
    public Withholding Withholds { get; init; }

    /// <summary>Whether the reply was withheld.</summary>
    public bool HasWithheld { get; private set; }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        HttpRequest request = httpContext.Request;
        ForwardedHeaders forwarded = new(request.Headers);
        foreach ((string name, StringValues values) in request.Headers)
        {
            if (forwarded.Contain(name)
                && (ForwardedHeaders.KeepsHost(node, values) || !name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase)))
            {
                RepeatedHeader.Add(proxyRequest, name, values);
            }
        }

        if (proxyRequest.Content is not null && request.ContentLength is null && request.Headers.TransferEncoding.Count == 0
            && !HttpProtocol.IsHttp2(request.Protocol))
        {
            UndeclaredLength.Mark(proxyRequest);
        }

        proxyRequest.RequestUri = target.At(node);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null && await IsWithheldAsync(proxyResponse, cancellationToken))
        {
            HasWithheld = true;
            return false;
        }

        if (!await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
        {
            return false;
        }

        HttpResponse response = httpContext.Response;
        IHeaderDictionary headers = response.Headers;
        HttpHeadersNonValidated received = proxyResponse!.Headers.NonValidated;
        if (received.TryGetValues(HeaderNames.Connection, out HeaderStringValues connection)
            && ForwardedHeaders.Nominated(new StringValues([.. connection])) is { } nominated)
        {
            foreach (string name in nominated)
            {
                headers.Remove(name);
            }
        }

        if (headers.Date.Count == 0 && !HttpProtocol.IsHttp2(httpContext.Request.Protocol))
        {
            headers.Date = NoDate;
        }

        if (summary is not null)
        {
            EsRefineHeaders.Write(summary, headers);
        }

        if (received.Contains(HeaderNames.TransferEncoding))
        {
            // Starting the response now keeps a chunked reply chunked even if it is empty.
            await response.StartAsync(cancellationToken);
        }

        return true;
    }

    private async ValueTask<bool> IsWithheldAsync(HttpResponseMessage reply, CancellationToken cancellationToken) => Withholds switch
    {
        Withholding.Nothing => false,
        _ when PreparedSearch.IsRefusal((int)reply.StatusCode) => true,
        Withholding.PartialFailures when reply.IsSuccessStatusCode => await PartialFailures.AnyAsync(reply.Content, cancellationToken),
        _ => false,
    };
}

/// <summary>Which replies to a rewritten request are withheld from the client.</summary>
internal enum Withholding
{
    /// <summary>None: the request is the client's own.</summary>
    Nothing,

    /// <summary>Refusals, see <see cref="PreparedSearch.IsRefusal"/>.</summary>
    Refusals,

    /// <summary>Refusals, and replies in which some shards or searches failed.</summary>
    PartialFailures,
}
