using EsRefine.Refinement;

namespace EsRefine.Vectors;

/// <summary>The constraints of a field on its vectors, which decide how they are read and written.</summary>
/// <param name="Dialect">The engine that holds the field.</param>
/// <param name="ElementType">Type of the components.</param>
/// <param name="Dimensions">Number of components; null where no document has set it yet.</param>
/// <param name="Similarity">How the field is ranked; null for a space that is not refined (<c>l1</c>, <c>linf</c>, <c>hamming</c>).</param>
internal readonly record struct VectorType(EngineDialect Dialect, VectorElementType ElementType, int? Dimensions = null, VectorSimilarity? Similarity = null);
