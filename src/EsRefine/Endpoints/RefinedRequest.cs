using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Endpoints;

/// <summary>One request at a search endpoint: its body holds a search, many of them in lines, or templates of either.</summary>
internal sealed partial class RefinedRequest(
    RefinedSearch search, UpstreamClient upstream, TargetTable targets, EsRefineSettings settings, TimeProvider timeProvider, ILogger<RefinedRequest> logger)
{
    private readonly TemplateSearch _template = new(search.PrepareAsync, upstream, targets, timeProvider);

    /// <inheritdoc cref="RefinedSearch.CanRefine"/>
    public bool CanRefine => search.CanRefine;

    /// <summary>Returns the request to send upstream: refined, or the one that came in and the reason why.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone. Nothing else is thrown.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchEndpointKind endpoint, SearchRequest request, CancellationToken cancellationToken)
    {
        if (endpoint == SearchEndpointKind.MultiSearch && !Recognizer.MayHoldKnn(request.Body.Span))
        {
            return PreparedSearch.Original(request, RefinementOutcome.NoKnnClause);
        }

        try
        {
            return endpoint switch
            {
                SearchEndpointKind.MultiSearch => await OfManyAsync(search.PrepareAsync),
                SearchEndpointKind.MultiSearchTemplate => await OfManyAsync(_template.PrepareAsync),
                SearchEndpointKind.SearchTemplate => await _template.PrepareAsync(request, cancellationToken),
                _ => await search.PrepareAsync(request, cancellationToken),   // a plain search, whenever and in which form its reply comes
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // RefinedSearch fails open for its stages; this is for the reading of bodies in front of it.
            LogInternalError(logger, exception);
            return PreparedSearch.Original(request, RefinementOutcome.InternalError);
        }

        // One deadline for all: those whose turn comes after it pass as they are.
        ValueTask<PreparedSearch> OfManyAsync(SearchPath path)
        {
            long arrived = timeProvider.GetTimestamp();
            return MultiSearch.PrepareAsync(request.WithOwnHeaders() with { Arrived = arrived }, path, settings.MaxSearchBodyBytes, IsTooLate, cancellationToken);

            bool IsTooLate() => timeProvider.GetElapsedTime(arrived) >= targets.LongestDeadline;
        }
    }

    [LoggerMessage(110, LogLevel.Error, "A request was not read because of a fault in EsRefine; the original was sent. Please report this with the stack.")]
    private static partial void LogInternalError(ILogger logger, Exception exception);
}
