namespace EsRefine.Refinement;

/// <summary>The input of a refinement rule: the query vector and the judged hits, in the engine's rank order.</summary>
/// <remarks>
/// Rows are dense and row-major. <see cref="HitVectors"/> holds judged hits only. <see cref="BackgroundVectors"/> may hold unjudged vectors of the index,
/// for rules that contrast the judged hits with the rest of the index.
/// </remarks>
public readonly ref struct RefinementSample
{
    /// <summary>The query vector; <c>d</c> components. <see cref="GuardedRefinement"/> normalizes it to unit length; rules accept any length.</summary>
    public required ReadOnlySpan<float> QueryVector { get; init; }

    /// <summary>
    /// Length of the query vector that the engine compares with. Null means the length of <see cref="QueryVector"/>.
    /// It affects the ranking only with <see cref="VectorSimilarity.L2Norm"/>.
    /// </summary>
    public double? QueryLength { get; init; }

    /// <summary>Vectors of the judged hits as the index holds them: <c>n</c> rows of <c>d</c> components, row-major.</summary>
    public required ReadOnlySpan<float> HitVectors { get; init; }

    /// <summary>P(relevant) in [0, 1] of each judged hit; <c>n</c> values.</summary>
    public required ReadOnlySpan<float> Judgments { get; init; }

    /// <summary>Unjudged vectors: any number of rows of <c>d</c> components. Empty if the rule needs none.</summary>
    public ReadOnlySpan<float> BackgroundVectors { get; init; }

    /// <summary>The similarity by which the engine ranks this field.</summary>
    public VectorSimilarity Similarity { get; init; }

    /// <summary>Number of components of a vector, <c>d</c>.</summary>
    public int Dimensions => QueryVector.Length;

    /// <summary>Number of judged hits, <c>n</c>.</summary>
    public int Count => Judgments.Length;

    /// <summary>Vector of one judged hit; <c>d</c> components.</summary>
    public ReadOnlySpan<float> HitVector(int hit) => HitVectors.Slice(hit * Dimensions, Dimensions);
}
