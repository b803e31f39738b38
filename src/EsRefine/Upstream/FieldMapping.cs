using System.ComponentModel;
using EsRefine.Refinement;
using EsRefine.Vectors;

namespace EsRefine.Upstream;

/// <summary>What the mapping says of a vector field; all indices behind the expression agree on it.</summary>
[ImmutableObject(true)]   // so the cache hands out the instance itself
internal sealed record FieldMapping
{
    public required string Field { get; init; }

    /// <summary><c>dense_vector</c> or <c>knn_vector</c>.</summary>
    public required EngineDialect Dialect { get; init; }

    /// <summary><c>dims</c> / <c>dimension</c>; null where no document has set it yet.</summary>
    public int? Dimensions { get; init; }

    public required VectorElementType ElementType { get; init; }

    /// <summary>Null: a space that is not refined (<c>l1</c>, <c>linf</c>, <c>hamming</c>).</summary>
    public VectorSimilarity? Similarity { get; init; }

    /// <summary>What the field demands of its vectors.</summary>
    public VectorType VectorType => new(Dialect, ElementType, Dimensions, Similarity);

    /// <summary>Path of the innermost <c>nested</c> parent; null for a flat field.</summary>
    public string? NestedPath { get; init; }

    /// <summary>The <c>semantic_text</c> field that clauses name; null for other types.</summary>
    /// <remarks>Its vectors are those of chunks, in nested documents of the engine's own, whose <see cref="Field"/> and <see cref="NestedPath"/> these are.</remarks>
    public string? SemanticField { get; init; }

    /// <summary>Path of the <c>nested</c> query that a clause has to stand in to reach the field; null: in none.</summary>
    public string? PathOfClauses => SemanticField is null ? NestedPath : null;

    /// <summary>Names of all <c>text</c> fields of the indices, in mapping order; beside a nested vector only those of its passage, where there are any.</summary>
    public IReadOnlyList<string> TextFields { get; init; } = [];

    /// <summary>What the field is called in all indices, its aliases included.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What other fields of vectors are called, their aliases included.</summary>
    /// <remarks>A name that means this field in one index and another in the next is in neither list.</remarks>
    public IReadOnlyList<string> NamesOfOthers { get; init; } = [];

    /// <summary>The indices of a point in time, in their order; empty for a search that names its indices itself.</summary>
    public IReadOnlyList<string> Indices { get; init; } = [];

    /// <summary>Whether a name is one of this field's; null where the mapping does not tell.</summary>
    public bool? IsCalled(string name) =>
        name == Field || Names.Contains(name, StringComparer.Ordinal) ? true
        : NamesOfOthers.Contains(name, StringComparer.Ordinal) ? false
        : null;

    /// <summary>Whether two indices hold the field alike, so that one query vector means the same in both.</summary>
    public bool AgreesWith(FieldMapping other) =>
        (VectorType, NestedPath) == (other.VectorType, other.NestedPath);
}
