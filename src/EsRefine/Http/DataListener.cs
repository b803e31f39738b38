using EsRefine.Endpoints;
using EsRefine.Pipeline;
using EsRefine.Telemetry;

namespace EsRefine.Http;

/// <summary>
/// The data listener: the terminal middleware for every request. A search body (or a <c>source</c> parameter) that may hold a kNN clause is read and passed to
/// the pipeline. Every other request is streamed to the cluster.
/// </summary>
/// <param name="proxy">Forwards requests.</param>
/// <param name="prepare">
/// The pipeline's entrance, <see cref="RefinedRequest.PrepareAsync"/>. It throws only for the caller's own cancellation. Null: nothing is read or refined.
/// </param>
/// <param name="maxSearchBodyBytes">
/// Largest search body to read, in bytes, before and after decompression. The limit for several searches in one body is larger, see
/// <see cref="SearchesPerBody"/>.
/// </param>
/// <param name="meter">Counts searches that are not read.</param>
/// <param name="logger">The log.</param>
/// <param name="memory">Memory budget for bodies, which are held until the request is answered. Null: a budget of its own.</param>
internal sealed class DataListener(
    TransparentProxy proxy,
    Func<SearchEndpointKind, SearchRequest, CancellationToken, ValueTask<PreparedSearch>>? prepare,
    int maxSearchBodyBytes,
    EsRefineMeter meter,
    ILogger<DataListener> logger,
    MemoryBudget? memory = null)
{
    /// <summary>The body limit of an <c>_msearch</c> is this many times that of one search. Each search in it still has to meet the limit for one.</summary>
    public const int SearchesPerBody = 4;

    private readonly MemoryBudget _memory = memory ?? MemoryBudget.Of(null);

    /// <summary>Answers one request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (StrictHttp.Ambiguity(request) is { } ambiguity)
        {
            logger.AmbiguousRequest(ambiguity);
            return StrictHttp.RefuseAsync(context, ambiguity);
        }

        if (HttpMethods.IsConnect(request.Method))
        {
            // CONNECT asks for a tunnel, which is for forward proxies.
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        RawTarget target = RawTarget.Of(context);
        SearchEndpoint endpoint = SearchEndpoint.Recognize(request.Method, target.Path);
        if (prepare is null || endpoint.Kind == SearchEndpointKind.None)
        {
            return proxy.ForwardAsync(context, summary: null);
        }

        UrlSource? source = UrlSource.Find(request, target, IsOfMany(endpoint.Kind));
        return source is not null || BufferedBody.MayBeRefined(request, IsOfMany(endpoint.Kind))
            ? AnswerSearchAsync(context, endpoint, target, source, prepare)
            : proxy.ForwardAsync(context, summary: null);
    }

    private async Task AnswerSearchAsync(
        HttpContext context,
        SearchEndpoint endpoint,
        RawTarget target,
        UrlSource? source,
        Func<SearchEndpointKind, SearchRequest, CancellationToken, ValueTask<PreparedSearch>> prepare)
    {
        HttpRequest request = context.Request;
        RefinementSummary? summary = null;
        int limit = IsOfMany(endpoint.Kind) ? (int)Math.Min((long)SearchesPerBody * maxSearchBodyBytes, Array.MaxLength - 1) : maxSearchBodyBytes;
        Action? putBack = null;
        bool mayFailInPart = false;
        try
        {
            BufferedBody body = source is not null
                ? new(IsWhole: true, source.Json)
                : await BufferedBody.ReadAsync(request, limit, _memory, context.RequestAborted);
            if (!body.IsWhole)
            {
                logger.SearchBodyTooLarge(limit);
                meter.RecordSearch(new(RefinementOutcome.BodyTooLarge), TimeSpan.Zero);   // no reply header: the body may not hold a kNN clause at all
            }

            if (body.Json is { } json && IndicesOf(endpoint, target) is { } indices)
            {
                PreparedSearch prepared = await prepare(endpoint.Kind, Describe(request, indices, target, json), context.RequestAborted);
                if (prepared.IsRewritten)
                {
                    putBack = source is not null ? source.Replace(context, prepared.Edits) : BufferedBody.Replace(request, prepared.Body);
                    mayFailInPart = prepared.MayFailInPart;
                }

                summary = prepared.Outcome == RefinementOutcome.NoKnnClause ? null : prepared.Summary;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException exception)
        {
            // The client's framing is invalid. Kestrel chose the status, and closes the connection.
            context.Response.StatusCode = exception.StatusCode;
            return;
        }
        catch (IOException exception)
        {
            // Kestrel answers most invalid framing itself, but a chunk size that overflows is only an IOException.
            await StrictHttp.RefuseAsync(context, exception.Message);
            return;
        }

        if (putBack is not null)
        {
            if (await proxy.TryForwardAsync(context, summary, mayFailInPart))
            {
                return;
            }

            // The refined search caused the refusal (for example a script that produces negative scores). The client's own search is sent instead.
            putBack();
            summary = new RefinementSummary(RefinementOutcome.Unsupported) { Detail = "the cluster refused the refined search" };
        }

        await proxy.ForwardAsync(context, summary);
    }

    private static bool IsOfMany(SearchEndpointKind kind) => kind is SearchEndpointKind.MultiSearch or SearchEndpointKind.MultiSearchTemplate;

    /// <summary>
    /// The index expression from the URL path, or from the parameter <c>index</c>, which every search endpoint accepts. Null if it cannot be used in a path.
    /// </summary>
    private static string? IndicesOf(SearchEndpoint endpoint, RawTarget target) =>
        endpoint.Index.Length > 0 || SearchParameters.Value(target.QueryString, "index") is not { } names ? endpoint.Index : IndexExpression.OfNames(names);

    private static SearchRequest Describe(HttpRequest request, string indices, RawTarget target, ReadOnlyMemory<byte> json) => new()
    {
        Index = indices,
        QueryString = target.QueryString,
        Body = json,
        Headers = request.Headers,
        QueryText = EsRefineHeaders.ReadQuery(request.Headers),
        Mode = EsRefineHeaders.ReadMode(request.Headers),
    };
}
