using EsRefine.Recognition;

namespace EsRefine.Pipeline;

/// <summary>The search to send upstream: refined, or unchanged with the reason.</summary>
internal sealed record PreparedSearch
{
    /// <param name="received">The body as received.</param>
    /// <param name="edits">The changes; empty: the body is forwarded unchanged.</param>
    /// <param name="summary">What happened, for headers, metrics and gRPC.</param>
    /// <exception cref="ArgumentException">Edits overlap, or are edits of another body.</exception>
    public PreparedSearch(ReadOnlyMemory<byte> received, IReadOnlyList<BodyEdit> edits, RefinementSummary summary)
    {
        Edits = edits;
        Summary = summary;
        Body = edits.Count > 0 ? BodyEdits.Splice(received, edits) : received;
    }

    /// <summary>The body to send.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Where <see cref="Body"/> differs from the body as received; empty: nowhere.</summary>
    public IReadOnlyList<BodyEdit> Edits { get; }

    public RefinementSummary Summary { get; init; }

    public bool IsRewritten => Edits.Count > 0;

    public RefinementOutcome Outcome => Summary.Outcome;

    /// <summary>The clauses with their results, for evaluation and the demo; empty where no clause was read.</summary>
    public IReadOnlyList<RefinedClause> Clauses { get; init; } = [];

    /// <summary>What failed, even where the judgments that had arrived were enough; null where nothing did. Evaluation stops at it.</summary>
    public Exception? Failure { get; init; }

    /// <summary>
    /// Whether some shards may fail under status 200 because of the change: a script may compute a score below 0 from the refined vector, and a highlighter may
    /// need the text of a neural query that was sent as knn. The reply of such a search is read before it is forwarded.
    /// </summary>
    public bool MayFailInPart { get; init; }

    /// <summary>Whether the refined vector may be the cause of a status of the cluster. Then the original search is sent.</summary>
    public static bool IsRefusal(int status) => status is 400 or 404 or 500;

    /// <summary>The search unchanged.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementSummary summary) => new(search.Body, [], summary);

    /// <summary>The search unchanged, with the reason.</summary>
    public static PreparedSearch Original(SearchRequest search, RefinementOutcome outcome, string? detail = null) =>
        Original(search, new RefinementSummary(outcome) { Detail = detail });

    /// <summary>The search unchanged, with the reason and what failed.</summary>
    public static PreparedSearch Unchanged(SearchRequest search, NotRefined reason) =>
        new(search.Body, [], new RefinementSummary(reason.Outcome) { Detail = reason.Detail }) { Failure = reason.Failure };
}
