namespace EsRefine.Sampling;

/// <summary>The top hits of one clause, as the caller may see them: the texts to judge and the vectors to learn from.</summary>
/// <param name="Hits">Hits that have both a text and a vector, in rank order.</param>
/// <param name="Vectors">Their vectors: one row of <see cref="Dimensions"/> components per hit, row-major.</param>
/// <param name="Dimensions">Components of a vector.</param>
internal sealed record HitSample(IReadOnlyList<SampledHit> Hits, float[] Vectors, int Dimensions)
{
    public int Count => Hits.Count;

    /// <summary>The vector of one hit.</summary>
    public ReadOnlySpan<float> VectorOf(int hit) => Vectors.AsSpan(hit * Dimensions, Dimensions);
}

/// <summary>One sampled hit.</summary>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Index">The index it lives in.</param>
/// <param name="Score">Its <c>_score</c> in the sample.</param>
/// <param name="Text">The target's text fields in their order, joined by line feeds.</param>
internal readonly record struct SampledHit(string Id, string Index, double Score, string Text);
