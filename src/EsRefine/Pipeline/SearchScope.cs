using EsRefine.Sampling;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;

namespace EsRefine.Pipeline;

/// <summary>What one search holds while it is refined: its deadlines, its permit, the vectors fetched for it, and its metric.</summary>
/// <param name="scopes">Where it was begun.</param>
/// <param name="search">The search as received.</param>
/// <param name="started">When (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="gone">Canceled when the client leaves.</param>
internal sealed class SearchScope(SearchScopes scopes, SearchRequest search, long started, CancellationToken gone) : IDisposable
{
    /// <summary>No permit was free.</summary>
    public static readonly NotRefined Overloaded = new(
        RefinementOutcome.Overloaded, "as many searches as maxConcurrentSearches allows are being refined");

    /// <summary>The reason where the request has no judgments left.</summary>
    public static readonly NotRefined TooManyVectors = new(
        RefinementOutcome.Overloaded, "the other vectors of this request take as many judgments as maxJudgments allows");

    private readonly Lock _lock = new();
    private readonly JudgmentAllowance _judgments = search.Judgments ?? new(scopes.MaxJudgments);
    private List<(TimeSpan Allowed, Deadline Deadline)>? _deadlines;
    private SourceVectors? _sources;
    private bool? _hasPermit;

    /// <summary>Time spent until the search was recognized as one with a kNN clause.</summary>
    public TimeSpan RecognizeTime { get; } = scopes.TimeProvider.GetElapsedTime(started);

    /// <summary>The vectors that the body names but does not spell out, each fetched once.</summary>
    public SourceVectors SourcesOf(ClauseTask task)
    {
        lock (_lock)
        {
            return _sources ??= scopes.Sources(task.Search);
        }
    }

    /// <summary>The deadline of the clauses of a target. Its clock started when the request arrived.</summary>
    public Deadline DeadlineOf(Target target)
    {
        lock (_lock)
        {
            _deadlines ??= [];
            int known = _deadlines.FindIndex(one => one.Allowed == target.Deadline);
            if (known < 0)
            {
                known = _deadlines.Count;
                _deadlines.Add((target.Deadline, Deadline.Start(target.Deadline, scopes.TimeProvider, search.Arrived ?? started, gone)));
            }

            return _deadlines[known].Deadline;
        }
    }

    /// <summary>
    /// Takes the permit to sample and judge if one is free: searches never queue. The clauses of a search share one permit, which is released when the search
    /// is done.
    /// </summary>
    public bool TryTakePermit()
    {
        lock (_lock)
        {
            return _hasPermit ??= scopes.Permits.Wait(0, CancellationToken.None);
        }
    }

    /// <summary>Takes the judgments of one vector out of those that the request may buy.</summary>
    public bool TryTakeJudgments(Target target) => _judgments.TryTake(target.SampleSize);

    /// <summary>Records the end of a search that is forwarded unchanged.</summary>
    public PreparedSearch Unchanged(NotRefined reason) => End(PreparedSearch.Unchanged(search, reason));

    /// <summary>Records the end of a search.</summary>
    public PreparedSearch End(PreparedSearch prepared)
    {
        scopes.Meter.RecordSearch(prepared.Summary, scopes.TimeProvider.GetElapsedTime(started));
        return prepared;
    }

    public void Dispose()
    {
        foreach ((_, Deadline deadline) in _deadlines ?? [])
        {
            deadline.Dispose();
        }

        if (_hasPermit == true)
        {
            scopes.Permits.Release();
        }
    }
}

/// <summary>Begins the scope of each search; counts the searches that are being refined.</summary>
internal sealed class SearchScopes(
    EsRefineSettings settings, VectorLookups lookups, TextEmbeddings embeddings, EsRefineMeter meter, TimeProvider timeProvider) : IDisposable
{
    public TimeProvider TimeProvider => timeProvider;

    public EsRefineMeter Meter => meter;

    /// <summary>Judgments that one search may buy.</summary>
    public int MaxJudgments => settings.MaxJudgments;

    /// <summary>As many as <c>maxConcurrentSearches</c> allows.</summary>
    public SemaphoreSlim Permits { get; } = new(settings.MaxConcurrentSearches);

    /// <summary>The scope of a search that started at a timestamp, and whose client may leave.</summary>
    public SearchScope Begin(SearchRequest search, long started, CancellationToken gone) => new(this, search, started, gone);

    /// <summary>The scope of work that begins now, behind a reply, where no client can leave.</summary>
    public SearchScope BeginBehind(SearchRequest search) => new(this, search with { Arrived = null }, timeProvider.GetTimestamp(), CancellationToken.None);

    public SourceVectors Sources(SearchRequest search) => new(search, lookups, embeddings);

    public void Dispose() => Permits.Dispose();
}
