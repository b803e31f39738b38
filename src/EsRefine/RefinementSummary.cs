namespace EsRefine;

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

    /// <summary>One sentence with the cause and the setting to change, for logs and <c>explain</c>; never holds document or query text.</summary>
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
