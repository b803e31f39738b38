using EsRefine.Caching;
using EsRefine.Judging;
using EsRefine.Sampling;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Gives the refined vector for a query vector.</summary>
internal interface IVectorSource
{
    /// <summary>Kind and model of the judge it learns from, for cache keys.</summary>
    string Name { get; }

    /// <summary>The refined vector, or the reason why there is none.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    Task<VectorResult> GetAsync(VectorTask task, SearchScope scope);
}

/// <summary>A refined vector or the reason why there is none, with the products of the stages that ran.</summary>
internal sealed record VectorResult(Outcome<RefinedVector> Vector)
{
    /// <summary>Whether the vector comes from an earlier search.</summary>
    public bool IsRecalled { get; init; }

    /// <summary>The hits that were judged; null where none were, and for a recalled vector.</summary>
    public HitSample? Sample { get; init; }

    /// <summary>One entry per sampled hit; null = absent.</summary>
    public IReadOnlyList<Judgment?> Judgments { get; init; } = [];

    public StageTimings Timings { get; init; }

    /// <summary>What failed in judging, even where the judgments that had arrived were enough.</summary>
    public Exception? Failure { get; init; }

    /// <summary>No vector, before any stage ran.</summary>
    public static VectorResult None(NotRefined reason) => new(reason);

    /// <summary>A vector of an earlier search.</summary>
    public static VectorResult Recalled(RefinedVector vector) => new(vector) { IsRecalled = true };
}
