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

    /// <summary>The refined vector, or why there is none.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    Task<VectorResult> GetAsync(VectorTask task, SearchScope scope);
}

/// <summary>A refined vector or the reason why there is none, with what the stages saw as far as they got.</summary>
internal sealed record VectorResult(Outcome<RefinedVector> Vector)
{
    /// <summary>Remembered from an earlier search.</summary>
    public bool IsRecalled { get; init; }

    /// <summary>The hits that were judged; null where none were, or where they are only remembered by the vector they gave.</summary>
    public HitSample? Sample { get; init; }

    /// <summary>One entry per sampled hit; null = absent.</summary>
    public IReadOnlyList<Judgment?> Judgments { get; init; } = [];

    public StageTimings Timings { get; init; }

    /// <summary>What failed in judging, also where the judgments that had arrived were enough.</summary>
    public Exception? Failure { get; init; }

    /// <summary>No vector, before any stage ran.</summary>
    public static VectorResult None(NotRefined reason) => new(reason);

    /// <summary>A vector from memory.</summary>
    public static VectorResult Recalled(RefinedVector vector) => new(vector) { IsRecalled = true };
}
