using System.ComponentModel;
using EsRefine.Refinement;
using EsRefine.Vectors;

namespace EsRefine.Upstream;

/// <summary>The mapping of a vector field, on which all indices of the expression agree.</summary>
[ImmutableObject(true)]   // HybridCache then returns the instance itself instead of a copy
internal sealed record FieldMapping
{
    public required string Field { get; init; }

    /// <summary><c>dense_vector</c> or <c>knn_vector</c>.</summary>
    public required EngineDialect Dialect { get; init; }

    /// <summary><c>dims</c> or <c>dimension</c>. Null if no document has set it yet.</summary>
    public int? Dimensions { get; init; }

    public required VectorElementType ElementType { get; init; }

    /// <summary>The similarity. Null for a space that is not supported (<c>l1</c>, <c>linf</c>, <c>hamming</c>).</summary>
    public VectorSimilarity? Similarity { get; init; }

    /// <summary>The vectors that the field accepts.</summary>
    public VectorType VectorType => new(Dialect, ElementType, Dimensions, Similarity);

    /// <summary>Path of the innermost <c>nested</c> parent; null for a flat field.</summary>
    public string? NestedPath { get; init; }

    /// <summary>The <c>semantic_text</c> field that clauses name; null for other types.</summary>
    /// <remarks>
    /// Its vectors belong to chunks, which the engine stores in nested documents. <see cref="Field"/> and <see cref="NestedPath"/> are those of the chunks.
    /// </remarks>
    public string? SemanticField { get; init; }

    /// <summary>Path of the <c>nested</c> query that has to contain a clause on the field. Null if none is needed.</summary>
    public string? PathOfClauses => SemanticField is null ? NestedPath : null;

    /// <summary>
    /// Names of the <c>text</c> fields of all indices, in mapping order. For a nested vector, only those of its own nested object, if it has any.
    /// </summary>
    public IReadOnlyList<string> TextFields { get; init; } = [];

    /// <summary>The names of the field, including aliases, that mean this field in every index.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The names of other vector fields, including aliases.</summary>
    /// <remarks>A name that means this field in one index and another field in another index is in neither list.</remarks>
    public IReadOnlyList<string> NamesOfOthers { get; init; } = [];

    /// <summary>The indices of a point in time, sorted by name. Empty for a search that names its indices.</summary>
    public IReadOnlyList<string> Indices { get; init; } = [];

    /// <summary>Whether a name means this field. Null if the mapping does not determine it.</summary>
    public bool? IsCalled(string name) =>
        name == Field || Names.Contains(name, StringComparer.Ordinal) ? true
        : NamesOfOthers.Contains(name, StringComparer.Ordinal) ? false
        : null;

    /// <summary>Whether two indices map the field in the same way, so that one query vector can be refined for both.</summary>
    public bool AgreesWith(FieldMapping other) =>
        (VectorType, NestedPath) == (other.VectorType, other.NestedPath);
}
