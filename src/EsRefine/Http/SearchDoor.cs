using EsRefine.Recognition;

namespace EsRefine.Http;

/// <summary>
/// The data door: the terminal middleware of everything that is not a search, and of searches. A body that may hold a kNN clause is read and offered to the
/// path; all else streams through.
/// </summary>
/// <param name="proxy">Carries the request on.</param>
/// <param name="prepare">The path, <see cref="RefinedSearch.PrepareAsync"/>: throws for the caller's own cancellation only. Null: nothing is refined, nothing is read.</param>
/// <param name="maxSearchBodyBytes">Largest body that is read, and the most a compressed one may inflate to.</param>
internal sealed class SearchDoor(
    TransparentProxy proxy,
    Func<SearchRequest, CancellationToken, ValueTask<PreparedSearch>>? prepare,
    int maxSearchBodyBytes,
    ILogger<SearchDoor> logger)
{
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
        return prepare is not null && endpoint.Kind == SearchEndpointKind.Search && SearchBody.MayBeRefined(request)
            ? AnswerSearchAsync(context, endpoint, target, prepare)
            : proxy.ForwardAsync(context, summary: null);
    }

    private async Task AnswerSearchAsync(
        HttpContext context, SearchEndpoint endpoint, RawTarget target, Func<SearchRequest, CancellationToken, ValueTask<PreparedSearch>> prepare)
    {
        HttpRequest request = context.Request;
        RefinementSummary? summary = null;
        try
        {
            SearchBody body = await SearchBody.ReadAsync(request, maxSearchBodyBytes, context.RequestAborted);
            if (!body.IsWhole)
            {
                logger.SearchBodyTooLarge(maxSearchBodyBytes);
            }

            if (body.Json is { } json)
            {
                PreparedSearch prepared = await prepare(Describe(request, endpoint, target, json), context.RequestAborted);
                if (prepared.IsRewritten)
                {
                    SearchBody.Replace(request, prepared.Body);
                }

                summary = prepared.Outcome == RefinementOutcome.NoKnnClause ? null : prepared.Summary;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // Kestrel answers most broken framings itself; a chunk size that overflows it only throws.
            await StrictHttp.RefuseAsync(context, exception.Message);
            return;
        }

        await proxy.ForwardAsync(context, summary);
    }

    private static SearchRequest Describe(HttpRequest request, SearchEndpoint endpoint, RawTarget target, ReadOnlyMemory<byte> json) => new()
    {
        Index = endpoint.Index,
        QueryString = target.QueryString,
        Body = json,
        Headers = request.Headers,
        QueryText = EsRefineHeaders.ReadQuery(request.Headers),
        Mode = EsRefineHeaders.ReadMode(request.Headers),
    };
}
