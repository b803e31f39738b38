namespace EsRefine.Evaluating;

/// <summary>Vectors of one length, row-major.</summary>
/// <param name="Values">All rows, one after the other.</param>
/// <param name="Dimensions">Components of a row.</param>
internal sealed record VectorTable(float[] Values, int Dimensions)
{
    /// <summary>Rows.</summary>
    public int Count => Values.Length / Dimensions;

    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Dimensions, Dimensions);
}
