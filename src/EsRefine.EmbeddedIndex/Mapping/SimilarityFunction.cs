namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary><c>similarity</c> of a <c>dense_vector</c>: how a query vector is compared with a document's.</summary>
internal enum SimilarityFunction
{
    /// <summary><c>cosine</c>: compares angles only. Not defined for a zero vector.</summary>
    Cosine,

    /// <summary><c>dot_product</c>: vectors must have unit length.</summary>
    DotProduct,

    /// <summary><c>l2_norm</c>: Euclidean distance.</summary>
    L2Norm,

    /// <summary><c>max_inner_product</c>: vectors of any length.</summary>
    MaxInnerProduct,
}
