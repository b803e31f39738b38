using EsRefine.Recognition;

namespace EsRefine;

/// <summary>The search to send upstream: refined, or as it came in and the reason why.</summary>
/// <param name="Received">The body that came in.</param>
/// <param name="Edits">What makes it the one to send; empty: it goes upstream exactly as received.</param>
/// <param name="Summary">What happened, for headers, metrics and gRPC.</param>
internal sealed record PreparedSearch(ReadOnlyMemory<byte> Received, IReadOnlyList<BodyEdit> Edits, RefinementSummary Summary)
{
    public bool IsRewritten => Edits.Count > 0;

    public RefinementOutcome Outcome => Summary.Outcome;

    /// <summary>The clauses and what became of each, for those who ask in this process (evaluation, the demo); empty where none was looked at.</summary>
    public IReadOnlyList<RefinedClause> Clauses { get; init; } = [];

    /// <summary>
    /// More changed than one vector for another, and some shards may fail of it, of which the status says nothing: a script computes with the refined vector, and a score
    /// below 0 is an error; a neural query went out as knn, and a highlighter may want its text. So the reply is looked at before it is passed on.
    /// </summary>
    public bool MayFailInPart { get; init; }

    /// <summary>Whether a status of the cluster may be the refined vector's doing, not the client's: then the original is sent after it.</summary>
    public static bool IsRefusal(int status) => status is 400 or 404 or 500;

    /// <summary>The body to send.</summary>
    public ReadOnlyMemory<byte> ToBody() => IsRewritten ? BodyEdits.Splice(Received.Span, Edits) : Received;

    /// <summary>The search as it came in.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementSummary summary) => new(search.Body, [], summary);

    /// <summary>The search as it came in, and why.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementOutcome outcome, string? detail = null) =>
        Original(search, new RefinementSummary(outcome) { Detail = detail });
}

/// <summary>What refinement did to one search (of several clauses: the first refined one, else the first), or to the searches of one request.</summary>
internal sealed record RefinementSummary(RefinementOutcome Outcome)
{
    /// <summary>Hits judged in time.</summary>
    public int Judged { get; init; }

    /// <summary>Hits sampled.</summary>
    public int Sampled { get; init; }

    /// <summary>Angle between the query vector and the refined one, in radians.</summary>
    public float Angle { get; init; }

    /// <summary>Full name of the rule; null where nothing was refined.</summary>
    public string? Rule { get; init; }

    /// <summary>Time spent per stage, in the order they ran, for <c>Server-Timing</c>.</summary>
    public StageTimings Timings { get; init; }

    /// <summary>One sentence with the cause and the knob, for logs and <c>explain</c>; never holds document or query text.</summary>
    public string? Detail { get; init; }

    /// <summary>Of a request with many searches: how many of those with a kNN clause ended in which way. Empty: one search.</summary>
    public IReadOnlyList<(RefinementOutcome Outcome, int Count)> Counts { get; init; } = [];

    /// <summary>The searches of one request, those with a kNN clause: counted, and the longest time of each stage, since they run beside each other.</summary>
    public static RefinementSummary OfMany(IReadOnlyCollection<RefinementSummary> searches) => searches.Count == 0
        ? new(RefinementOutcome.NoKnnClause)
        : new(searches.Min(static search => search.Outcome))
        {
            Counts = [.. searches.CountBy(static search => search.Outcome).OrderBy(static group => group.Key).Select(static group => (group.Key, group.Value))],
            Timings = new(
                searches.Max(static search => search.Timings.Recognize),
                searches.Max(static search => search.Timings.Sample),
                searches.Max(static search => search.Timings.Judge),
                searches.Max(static search => search.Timings.Refine)),
        };
}

/// <summary>Time per stage; default = the stage did not run.</summary>
internal readonly record struct StageTimings(TimeSpan Recognize, TimeSpan Sample, TimeSpan Judge, TimeSpan Refine);
