namespace EsRefine.Refinement;

/// <summary>What a refinement rule sees: the query vector and the judged hits, in the engine's own rank order.</summary>
/// <remarks>
/// Rows are dense and row-major. A hit without a judgment is not among <see cref="HitVectors"/>; its vector, like any other vector of the index that
/// nobody judged, may be offered in <see cref="BackgroundVectors"/>, for rules that contrast the judged hits with the rest of the index.
/// </remarks>
public readonly ref struct RefinementSample
{
    /// <summary>The query vector; <c>d</c> components. The path passes it at unit length, the kernel takes it as it comes.</summary>
    public required ReadOnlySpan<float> QueryVector { get; init; }

    /// <summary>
    /// Length of the query vector that the engine compares with; null: that of <see cref="QueryVector"/> itself.
    /// Only <see cref="VectorSimilarity.L2Norm"/> ranks differently at another length.
    /// </summary>
    public double? QueryLength { get; init; }

    /// <summary>Vectors of the judged hits as the index holds them: <c>n</c> rows of <c>d</c> components, row-major.</summary>
    public required ReadOnlySpan<float> HitVectors { get; init; }

    /// <summary>P(relevant) in [0, 1] of each judged hit; <c>n</c> values.</summary>
    public required ReadOnlySpan<float> Judgments { get; init; }

    /// <summary>Vectors that nobody judged: any number of rows of <c>d</c> components. Empty where the rule needs none.</summary>
    public ReadOnlySpan<float> BackgroundVectors { get; init; }

    /// <summary>What the engine ranks this field by.</summary>
    public VectorSimilarity Similarity { get; init; }

    /// <summary>Components of a vector, <c>d</c>.</summary>
    public int Dimensions => QueryVector.Length;

    /// <summary>Judged hits, <c>n</c>.</summary>
    public int Count => Judgments.Length;

    /// <summary>Vector of one judged hit; <c>d</c> components.</summary>
    public ReadOnlySpan<float> HitVector(int hit) => HitVectors.Slice(hit * Dimensions, Dimensions);
}
