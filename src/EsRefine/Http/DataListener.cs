using EsRefine.Endpoints;
using EsRefine.Pipeline;
using EsRefine.Telemetry;

namespace EsRefine.Http;

/// <summary>
/// The data listener: the terminal middleware of everything that is not a search, and of searches. A body (or what stands for one in the address) that may hold a
/// kNN clause is read and offered to the path; all else streams through.
/// </summary>
/// <param name="proxy">Carries the request on.</param>
/// <param name="prepare">
/// The entrance, <see cref="RefinedRequest.PrepareAsync"/>: throws for the caller's own cancellation only. Null: nothing is refined, nothing is read.
/// </param>
/// <param name="maxSearchBodyBytes">
/// Largest search that is read, and the most a compressed one may inflate to; bodies of many searches may be larger, see <see cref="SearchesPerBody"/>.
/// </param>
/// <param name="meter">Counts what is not read.</param>
/// <param name="logger">The log.</param>
/// <param name="memory">The process's; null: one of its own.</param>
internal sealed class DataListener(
    TransparentProxy proxy,
    Func<SearchEndpointKind, SearchRequest, CancellationToken, ValueTask<PreparedSearch>>? prepare,
    int maxSearchBodyBytes,
    EsRefineMeter meter,
    ILogger<DataListener> logger,
    MemoryBudget? memory = null)
{
    /// <summary>The body of an <c>_msearch</c> is read up to so many times the limit of one search: the line of each is held to that limit.</summary>
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
            // Whoever asks for a tunnel has taken us for another kind of proxy.
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
                meter.RecordSearch(new(RefinementOutcome.BodyTooLarge), TimeSpan.Zero);   // no header: whether it holds a clause is not known
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
            // The client's framing is broken: the answer is Kestrel's, as on every other path, and the connection ends with it.
            context.Response.StatusCode = exception.StatusCode;
            return;
        }
        catch (IOException exception)
        {
            // Kestrel answers most broken framings itself; a chunk size that overflows it only throws.
            await StrictHttp.RefuseAsync(context, exception.Message);
            return;
        }

        if (putBack is not null)
        {
            if (await proxy.TryForwardAsync(context, summary, mayFailInPart))
            {
                return;
            }

            // Whatever it was (a script that comes to negative scores, a constraint we do not know), it was not the client's doing.
            putBack();
            summary = new RefinementSummary(RefinementOutcome.Unsupported) { Detail = "the cluster refused the refined search" };
        }

        await proxy.ForwardAsync(context, summary);
    }

    private static bool IsOfMany(SearchEndpointKind kind) => kind is SearchEndpointKind.MultiSearch or SearchEndpointKind.MultiSearchTemplate;

    /// <summary>Of the path, else of the parameter <c>index</c>, which every search endpoint takes. Null: nothing that can stand in a path of ours.</summary>
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
