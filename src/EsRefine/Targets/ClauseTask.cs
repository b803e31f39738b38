using EsRefine.Recognition;

namespace EsRefine.Targets;

/// <summary>A clause with what was decided before sampling: the search it stands in, its target, and the text its vector stands for.</summary>
/// <param name="Search">The search it stands in.</param>
/// <param name="Recognized">All that was found in its body.</param>
/// <param name="Clause">One clause of it.</param>
/// <param name="Target">The settings for its index and field.</param>
/// <param name="QueryText">The text that its vector stands for; null where it is not known.</param>
internal sealed record ClauseTask(SearchRequest Search, RecognizedSearch Recognized, KnnClause Clause, Target Target, string? QueryText)
{
    private static readonly NotRefined Off = new(RefinementOutcome.TargetOff);
    private static readonly NotRefined NoText = new(RefinementOutcome.NoQueryText);
    private static readonly NotRefined NoModel = new(RefinementOutcome.Unsupported, "no embedding model is configured for this target: set 'model' in it");

    /// <summary>Why the clause is not refined; null where it is.</summary>
    public NotRefined? Reason =>
        Target.Mode == RefinementMode.Off ? Off
        : Clause.Source is TextToEmbed && Target.Model is null ? NoModel
        : Clause.Form is KnnClauseForm.TextOnly or KnnClauseForm.OpaqueScript ? new(RefinementOutcome.Unsupported, Clause.ReasonNotRefined)
        : string.IsNullOrWhiteSpace(QueryText) ? NoText
        : null;

    /// <summary>Whether the clause is refined for the record only: the vector of the search stays.</summary>
    public bool IsShadowed => Reason is null && Target.Mode == RefinementMode.Shadow;

    /// <summary>JSON of the search's <c>pit</c>; empty where there is none.</summary>
    public ReadOnlyMemory<byte> PointInTime => Recognized.PointInTime.Bytes;

    /// <summary>Whether the search begins a sequence of pages, or is all of it.</summary>
    public bool IsFirstPage => Recognized.IsFirstPage(Search.QueryString);

    /// <summary>Whether the other task is the same work: the same vector on the same field of this search.</summary>
    public bool IsTwinOf(ClauseTask other) => Clause.IsTwinOf(other.Clause);
}
