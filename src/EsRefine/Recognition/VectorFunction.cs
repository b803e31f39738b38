using EsRefine.Refinement;

namespace EsRefine.Recognition;

/// <summary>What a script compares two vectors by, where it can be refined.</summary>
internal enum VectorFunction
{
    /// <summary><c>cosineSimilarity</c>, space <c>cosinesimil</c>.</summary>
    Cosine,

    /// <summary><c>dotProduct</c>, <c>innerProduct</c>, space <c>innerproduct</c>.</summary>
    DotProduct,

    /// <summary><c>l2norm</c>, <c>l2Squared</c>, space <c>l2</c>.</summary>
    EuclideanDistance,

    /// <summary><c>l1norm</c>, space <c>l1</c>.</summary>
    ManhattanDistance,

    /// <summary><c>lInfNorm</c>, space <c>linf</c>.</summary>
    LargestDifference,
}

/// <summary>The similarity that a vector function is refined by.</summary>
internal static class VectorFunctions
{
    /// <summary>What a larger score means.</summary>
    // A script's dot product takes vectors of any length, unlike the mapping's dot_product. For the other distances Euclid's stands in: each falls where the
    // query vector comes nearer to the relevant hits and rises where it leaves the others. ScriptDirection checks that on the sampled hits.
    public static VectorSimilarity Similarity(this VectorFunction function) => function switch
    {
        VectorFunction.Cosine => VectorSimilarity.Cosine,
        VectorFunction.DotProduct => VectorSimilarity.MaxInnerProduct,
        _ => VectorSimilarity.L2Norm,
    };
}
