namespace EsRefine.Refinement;

/// <summary>How an engine compares a query vector with a document's: <c>similarity</c> of Elasticsearch, <c>space_type</c> of OpenSearch.</summary>
public enum VectorSimilarity
{
    /// <summary>Compares angles only:  <c>cosine</c>, <c>cosinesimil</c>.</summary>
    Cosine,

    /// <summary>Inner product of unit vectors: <c>dot_product</c>. The query vector must have unit length.</summary>
    DotProduct,

    /// <summary>Inner product of vectors of any length: <c>max_inner_product</c>, <c>innerproduct</c>.</summary>
    MaxInnerProduct,

    /// <summary>Euclidean distance: <c>l2_norm</c>, <c>l2</c>. The length of the query vector affects the order of hits.</summary>
    L2Norm,
}
