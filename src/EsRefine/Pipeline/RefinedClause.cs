using EsRefine.Caching;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Sampling;

namespace EsRefine.Pipeline;

/// <summary>The result of one kNN clause.</summary>
/// <param name="Clause">The clause.</param>
/// <param name="Result">Its refined vector, or the reason why there is none.</param>
internal sealed record RefinedClause(KnnClause Clause, VectorResult Result)
{
    /// <summary>The edits that replace its vector and all copies; empty where nothing was refined.</summary>
    public IReadOnlyList<BodyEdit> Edits { get; init; } = [];

    public RefinementOutcome Outcome => Result.Vector.Reason?.Outcome ?? (Result.IsRecalled ? RefinementOutcome.RefinedFromCache : RefinementOutcome.Refined);

    /// <summary>The cause and the setting to change, in one sentence without document or query text.</summary>
    public string? Detail => Result.Vector.Reason?.Detail;

    /// <summary>What failed, even where the judgments that had arrived were enough; evaluation stops at it.</summary>
    public Exception? Failure => Result.Failure ?? Result.Vector.Reason?.Failure;

    /// <inheritdoc cref="VectorResult.Sample"/>
    public HitSample? Sample => Result.Sample;

    /// <inheritdoc cref="VectorResult.Judgments"/>
    public IReadOnlyList<Judgment?> Judgments => Result.Judgments;

    /// <summary>Judgments that arrived in time; of a recalled vector, those it was learned from.</summary>
    public int Judged => Vector?.Judged ?? Judgments.Count(static judgment => judgment is not null);

    /// <summary>Hits sampled, likewise.</summary>
    public int Sampled => Vector?.Sampled ?? Sample?.Count ?? 0;

    /// <summary>Angle between the query vector and the refined one, in radians.</summary>
    public float Angle => Vector?.Angle ?? 0;

    /// <summary>Full name of the rule; null where nothing was refined.</summary>
    public string? Rule => Vector?.Rule;

    private RefinedVector? Vector => Result.Vector.Product;
}
