using EsRefine.Recognition;

namespace EsRefine.Pipeline;

/// <summary>The search to send upstream: refined, or as it came in and the reason why.</summary>
internal sealed record PreparedSearch
{
    /// <param name="received">The body that came in.</param>
    /// <param name="edits">What makes it the one to send; empty: it goes upstream exactly as received.</param>
    /// <param name="summary">What happened, for headers, metrics and gRPC.</param>
    /// <exception cref="ArgumentException">Edits overlap or reach out of the body.</exception>
    public PreparedSearch(ReadOnlyMemory<byte> received, IReadOnlyList<BodyEdit> edits, RefinementSummary summary)
    {
        Edits = edits;
        Summary = summary;
        Body = edits.Count > 0 ? BodyEdits.Splice(received.Span, edits) : received;
    }

    /// <summary>The body to send.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Where <see cref="Body"/> differs from what came in, in the ranges of that; empty: nowhere.</summary>
    public IReadOnlyList<BodyEdit> Edits { get; }

    public RefinementSummary Summary { get; init; }

    public bool IsRewritten => Edits.Count > 0;

    public RefinementOutcome Outcome => Summary.Outcome;

    /// <summary>The clauses and what became of each, for those who ask in this process (evaluation, the demo); empty where none was looked at.</summary>
    public IReadOnlyList<RefinedClause> Clauses { get; init; } = [];

    /// <summary>What failed, also where the judgments that had arrived were enough; null where nothing did. Evaluation stops at it.</summary>
    public Exception? Failure { get; init; }

    /// <summary>
    /// More changed than one vector for another, and some shards may fail for it under status 200: a script computes with the refined vector, and a score below
    /// 0 is an error; a neural query was sent as knn, and a highlighter may want its text. So the reply is read before it is forwarded.
    /// </summary>
    public bool MayFailInPart { get; init; }

    /// <summary>Whether a status of the cluster may be the refined vector's doing, not the client's: then the original is sent after it.</summary>
    public static bool IsRefusal(int status) => status is 400 or 404 or 500;

    /// <summary>The search as it came in.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementSummary summary) => new(search.Body, [], summary);

    /// <summary>The search as it came in, and why.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementOutcome outcome, string? detail = null) =>
        Original(search, new RefinementSummary(outcome) { Detail = detail });

    /// <summary>The search as it came in, and why, with what failed.</summary>
    public static PreparedSearch Unchanged(SearchRequest search, NotRefined reason) =>
        new(search.Body, [], new RefinementSummary(reason.Outcome) { Detail = reason.Detail }) { Failure = reason.Failure };
}
