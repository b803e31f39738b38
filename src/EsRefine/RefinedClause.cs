using EsRefine.Caching;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Sampling;

namespace EsRefine;

/// <summary>What became of one kNN clause, stage by stage, as far as it got.</summary>
internal sealed record RefinedClause(KnnClause Clause, RefinementOutcome Outcome)
{
    /// <summary>The hits that were judged.</summary>
    public HitSample? Sample { get; init; }

    /// <summary>One entry per sampled hit; null = absent.</summary>
    public IReadOnlyList<Judgment?> Judgments { get; init; } = [];

    /// <summary>The refined vector; null where there is none.</summary>
    public RefinedVector? Vector { get; init; }

    /// <summary>Judgments that arrived in time, also where they are only remembered by the vector they gave.</summary>
    public int Judged => Vector?.Judged ?? Judgments.Count(static judgment => judgment is not null);

    /// <summary>Hits sampled, likewise.</summary>
    public int Sampled => Vector?.Sampled ?? Sample?.Count ?? 0;

    /// <summary>The bytes to splice into the body that the clause's ranges are of; empty where nothing was refined.</summary>
    public IReadOnlyList<BodyEdit> Edits { get; init; } = [];

    /// <summary>Angle between the query vector and the refined one, in radians.</summary>
    public float Angle => Vector?.Angle ?? 0;

    /// <summary>Full name of the rule; null where nothing was refined.</summary>
    public string? Rule => Vector?.Rule;

    public StageTimings Timings { get; init; }

    /// <summary>The cause and the knob, in one sentence without document or query text.</summary>
    public string? Detail { get; init; }

    /// <summary>What was caught on the way, also where the judgments that had arrived were enough; evaluation stops at it.</summary>
    public Exception? Failure { get; init; }
}
