using EsRefine.Evaluation;
using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Evaluating;

/// <summary>Runs the queries of an evaluation, by comparing every document or on a real cluster.</summary>
internal interface IEvaluationEngine
{
    /// <summary><c>exact</c>, <c>elasticsearch</c>, <c>opensearch</c>.</summary>
    string Name { get; }

    /// <summary>The product's version; null where there is none.</summary>
    string? Version { get; }

    /// <summary>Hits a ranking holds at most; null = the whole pool.</summary>
    int? Depth { get; }

    /// <summary>Runs one query: unchanged, and refined by each rule with the same judgments. Safe for concurrent use.</summary>
    /// <param name="query">The query.</param>
    /// <param name="vector">Its vector, as the model gave it.</param>
    /// <param name="rules">The rules to compare.</param>
    /// <exception cref="EvaluationException">A failure occurred for which the pipeline would have forwarded the search unchanged.</exception>
    /// <exception cref="JudgeException">The judge failed.</exception>
    Task<PlayedQuery> PlayAsync(EvaluationQuery query, ReadOnlyMemory<float> vector, IReadOnlyList<IRefinementRule> rules, CancellationToken cancellationToken);
}

/// <summary>The rankings and judgments of one query.</summary>
/// <param name="Direct">The ranking by the query's own vector.</param>
/// <param name="Sample">The hits that were judged, in rank order.</param>
/// <param name="Refined">The ranking of each rule, in the order of the rules.</param>
internal sealed record PlayedQuery(RankedList Direct, IReadOnlyList<JudgedHit> Sample, IReadOnlyList<RefinedRanking> Refined);

/// <summary>A sampled hit and its judgment; null = none.</summary>
internal readonly record struct JudgedHit(ScoredDocument Document, Judgment? Judgment);

/// <summary>The ranking by a refined vector.</summary>
/// <param name="Ranking">The ranking; the direct one if the vector was not refined.</param>
/// <param name="Angle">The angle between query vector and refined vector, in radians; 0 if it was not refined.</param>
internal readonly record struct RefinedRanking(RankedList Ranking, float Angle);
