using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;
using EsRefine.Upstream;

namespace EsRefine.Endpoints;

/// <summary>
/// The entrance of every request at a search endpoint, over HTTP and gRPC: its body holds one search, many of them in lines, or templates of either. This is
/// the one place in the foreground that catches unexpected faults: after a fault in any stage the request is forwarded unchanged.
/// </summary>
internal sealed class RefinedRequest
{
    private readonly RefinedSearch _search;
    private readonly EsRefineMeter _meter;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<RefinedRequest> _logger;
    private readonly TemplateSearch _template;
    private readonly MultiSearch _searches;
    private readonly MultiSearch _templates;

    public RefinedRequest(
        RefinedSearch search, UpstreamClient upstream, TargetTable targets, EsRefineSettings settings, EsRefineMeter meter, TimeProvider timeProvider,
        ILogger<RefinedRequest> logger)
    {
        (_search, _meter, _timeProvider, _logger) = (search, meter, timeProvider, logger);
        _template = new(ToEntrance(SearchEndpointKind.Search), upstream, targets, meter, timeProvider);
        _searches = new(ToEntrance(SearchEndpointKind.Search), targets, settings, meter, timeProvider);
        _templates = new(ToEntrance(SearchEndpointKind.SearchTemplate), targets, settings, meter, timeProvider);
    }

    /// <summary>False: no judge is configured, so every search is forwarded unchanged and the listeners need not read it.</summary>
    public bool CanRefine => _search.CanRefine;

    /// <summary>Returns the request to send upstream: refined, or unchanged with the reason.</summary>
    /// <exception cref="OperationCanceledException">The client has left. Nothing else is thrown.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchEndpointKind endpoint, SearchRequest request, CancellationToken gone)
    {
        long started = _timeProvider.GetTimestamp();
        try
        {
            return endpoint switch
            {
                SearchEndpointKind.MultiSearch when !Recognizer.MayHoldKnn(request.Body.Span) =>
                    PreparedSearch.Original(request, RefinementOutcome.NoKnnClause),
                SearchEndpointKind.MultiSearch => await _searches.PrepareAsync(request, gone),
                SearchEndpointKind.MultiSearchTemplate => await _templates.PrepareAsync(request, gone),
                SearchEndpointKind.SearchTemplate => await _template.PrepareAsync(request, gone),
                _ => await _search.PrepareAsync(request, gone),   // a plain search, synchronous or not
            };
        }
        catch (Exception fault) when (!gone.IsCancellationRequested)   // the one catch of unexpected faults in the foreground
        {
            _logger.InternalError(fault);
            RefinementSummary summary = new(RefinementOutcome.InternalError);
            _meter.RecordSearch(summary, _timeProvider.GetElapsedTime(started));
            return PreparedSearch.Original(request, summary) with { Failure = fault };
        }
    }

    private SearchPreparation ToEntrance(SearchEndpointKind endpoint) => (search, gone) => PrepareAsync(endpoint, search, gone);
}
