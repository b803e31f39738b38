using System.Numerics.Tensors;
using EsRefine.EmbeddedIndex.Mapping;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>The vectors of one field, stored row by row in one array in the order of writing.</summary>
internal sealed class VectorColumn(int dimensions)
{
    private readonly List<int> _ordinals = [];
    private readonly List<float> _lengths = [];
    private readonly Dictionary<int, int> _rows = [];
    private float[] _matrix = [];

    public IReadOnlyList<int> Documents => _ordinals;

    public void Add(int ordinal, ReadOnlySpan<float> vector)
    {
        int row = _ordinals.Count;
        if ((row + 1) * dimensions > _matrix.Length)
        {
            Array.Resize(ref _matrix, checked(Math.Max(16, row * 2) * dimensions));
        }

        vector.CopyTo(_matrix.AsSpan(row * dimensions));
        _ordinals.Add(ordinal);
        _lengths.Add(TensorPrimitives.Norm(vector));
        _rows[ordinal] = row;
    }

    /// <summary>The vector as it was indexed; empty if the document has none.</summary>
    public ReadOnlySpan<float> Of(int ordinal) => _rows.TryGetValue(ordinal, out int row) ? Row(row) : [];

    /// <summary>Scores every document that has a vector and whose entry in <paramref name="allowed"/> is a number. Other scores are not changed.</summary>
    /// <param name="allowed">By ordinal; empty allows all.</param>
    public void Score(ReadOnlySpan<float> query, SimilarityFunction similarity, ReadOnlySpan<float> allowed, Span<float> scores)
    {
        float queryLength = TensorPrimitives.Norm(query);
        for (int row = 0; row < _ordinals.Count; row++)
        {
            int ordinal = _ordinals[row];
            if (allowed.IsEmpty || !float.IsNaN(allowed[ordinal]))
            {
                scores[ordinal] = SimilarityScore.Of(similarity, similarity switch
                {
                    SimilarityFunction.L2Norm => TensorPrimitives.Distance(query, Row(row)),
                    SimilarityFunction.Cosine => TensorPrimitives.Dot(query, Row(row)) / (queryLength * _lengths[row]),
                    _ => TensorPrimitives.Dot(query, Row(row)),
                });
            }
        }
    }

    /// <inheritdoc cref="TermColumn.Renumber"/>
    public VectorColumn Renumber(int[] newOrdinals)
    {
        VectorColumn column = new(dimensions);
        for (int row = 0; row < _ordinals.Count; row++)
        {
            if (newOrdinals[_ordinals[row]] is >= 0 and int ordinal)
            {
                column.Add(ordinal, Row(row));
            }
        }

        return column;
    }

    private ReadOnlySpan<float> Row(int row) => _matrix.AsSpan(row * dimensions, dimensions);
}

/// <summary>Converts a raw similarity (cosine, inner product or Euclidean distance) to Elasticsearch's score.</summary>
internal static class SimilarityScore
{
    public static float Of(SimilarityFunction similarity, float raw) => similarity switch
    {
        SimilarityFunction.L2Norm => 1 / (1 + (raw * raw)),
        SimilarityFunction.MaxInnerProduct => raw < 0 ? 1 / (1 - raw) : raw + 1,
        _ => MathF.Max((1 + raw) / 2, 0),
    };
}
