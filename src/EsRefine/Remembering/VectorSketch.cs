using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EsRefine.Remembering;

/// <summary>A 64-byte fingerprint of a vector's direction: its projections onto sixteen fixed directions.</summary>
/// <remarks>
/// <para>
/// p_i = ⟨v/‖v‖, g_i⟩ for sixteen pseudo-random g_i with components of variance 1/d. Scaling a vector does not change p_i. A client that reformats the numbers
/// moves the vector by e ≪ 1 and every p_i by about ‖e‖/√d. The worst case, rounding a unit vector to 6 decimals, is noise of ±5e-7 per component and 2.9e-7
/// in p_i for any d. Two sketches match if all sixteen p_i agree within <see cref="Tolerance"/> = 4e-6, fourteen times that.
/// </para>
/// <para>
/// A vector at distance δ from a remembered one has p_i that differ by about N(0, δ²/d), so a false match has probability (8e-6 · √d / (√(2π) δ))¹⁶: at d = 384
/// 1e-67 for unrelated vectors (δ ≈ 1), 1e-35 for δ = 0.01 (cosine 0.99995), and 1e-19 for δ = 0.001. With 10⁶ remembered vectors that is still negligible.
/// Below δ ≈ 1e-5 two vectors count as equal; that happens only to texts that the model itself cannot distinguish.
/// </para>
/// </remarks>
internal readonly struct VectorSketch
{
    /// <summary>Number of projections in a sketch.</summary>
    public const int Count = 16;

    /// <summary>Size of a sketch in bytes.</summary>
    public const int Size = Count * sizeof(int);

    /// <summary>Most keys that <see cref="Probes"/> yields.</summary>
    public const int MaxProbes = 1 << Keyed;

    /// <summary>Projections are kept in units of 2⁻²³ = 1.2e-7.</summary>
    private const int Unit = 1 << 23;

    /// <summary>4e-6 in these units.</summary>
    private const int Tolerance = 34;

    /// <summary>Number of projections in the key, each rounded to cells of 2⁻¹² = 2.4e-4. At 384 dimensions about 2³⁹ cells are in use.</summary>
    private const int Keyed = 4;

    private const int CellBits = 11;

    /// <summary>Directions by number of dimensions, row-major. A process sees a handful of models; the limit guards against arbitrary input.</summary>
    private static readonly ConcurrentDictionary<int, float[]> Directions = [];

    private const int MaxKnownDimensions = 64;

    private readonly Projections _projections;

    private readonly int _dimensions;

    private VectorSketch(Projections projections, int dimensions)
    {
        _projections = projections;
        _dimensions = dimensions;
    }

    /// <summary>Computes the sketch of a vector.</summary>
    /// <returns>False if the vector has fewer than two dimensions, is zero, or is not finite: it has no direction.</returns>
    public static bool TryOf(ReadOnlySpan<float> vector, out VectorSketch sketch)
    {
        sketch = default;
        float norm = TensorPrimitives.Norm(vector);
        if (vector.Length < 2 || norm == 0 || !float.IsFinite(norm))
        {
            return false;
        }

        ReadOnlySpan<float> directions = DirectionsFor(vector.Length);
        Projections projections = default;
        for (int i = 0; i < Count; i++)
        {
            float projection = TensorPrimitives.Dot(vector, directions.Slice(i * vector.Length, vector.Length)) / norm;
            projections[i] = (int)MathF.Round(projection * Unit);
        }

        sketch = new(projections, vector.Length);
        return true;
    }

    /// <summary>Whether two vectors are equal except for scale and number format.</summary>
    public bool Matches(in VectorSketch other)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Math.Abs(_projections[i] - other._projections[i]) > Tolerance)
            {
                return false;
            }
        }

        return _dimensions == other._dimensions;
    }

    /// <summary>The key of the vector's cell.</summary>
    public ulong Key
    {
        get
        {
            Span<int> cells = stackalloc int[Keyed];
            for (int i = 0; i < Keyed; i++)
            {
                cells[i] = _projections[i] >> CellBits;
            }

            return KeyOf(cells);
        }
    }

    /// <summary>The keys under which a matching sketch may be stored: this cell's, then those of neighboring cells within tolerance; 1.15 on average.</summary>
    /// <param name="keys">Receives the keys; at least <see cref="MaxProbes"/> long.</param>
    /// <returns>The number of keys.</returns>
    public int Probes(Span<ulong> keys)
    {
        Debug.Assert(keys.Length >= MaxProbes);
        Span<int> cells = stackalloc int[Keyed];
        Span<int> steps = stackalloc int[Keyed];
        for (int i = 0; i < Keyed; i++)
        {
            int inside = _projections[i] & ((1 << CellBits) - 1);
            cells[i] = _projections[i] >> CellBits;
            steps[i] = inside <= Tolerance ? -1 : inside >= (1 << CellBits) - Tolerance ? 1 : 0;
        }

        Span<int> probe = stackalloc int[Keyed];
        int count = 0;
        for (int over = 0; over < MaxProbes; over++)
        {
            bool isProbe = true;
            for (int i = 0; i < Keyed; i++)
            {
                bool isOver = (over >> i & 1) == 1;
                isProbe &= !isOver || steps[i] != 0;
                probe[i] = cells[i] + (isOver ? steps[i] : 0);
            }

            if (isProbe)
            {
                keys[count++] = KeyOf(probe);
            }
        }

        return count;
    }

    /// <summary>Writes the sketch's <see cref="Size"/> bytes for a shared store.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.AsBytes((ReadOnlySpan<int>)_projections).CopyTo(destination);

    /// <summary>Whether bytes written by <see cref="CopyTo"/> are those of a matching sketch. Assumes the same dimensions.</summary>
    public bool Matches(ReadOnlySpan<byte> stored)
    {
        Projections projections = default;
        stored[..Size].CopyTo(MemoryMarshal.AsBytes((Span<int>)projections));
        return Matches(new VectorSketch(projections, _dimensions));
    }

    private ulong KeyOf(ReadOnlySpan<int> cells)
    {
        ulong key = Mixed((ulong)_dimensions);
        foreach (int cell in cells)
        {
            key = Mixed(key ^ (uint)cell);
        }

        return key;
    }

    private static float[] DirectionsFor(int dimensions) =>
        Directions.TryGetValue(dimensions, out float[]? known) ? known
        : Directions.Count >= MaxKnownDimensions ? MakeDirections(dimensions)
        : Directions.GetOrAdd(dimensions, MakeDirections);

    /// <summary>Computes the directions. They are the same on every machine and in every version, because sidecars that share a memory must agree.</summary>
    // Components are uniform rather than ±1: with signs alone, vectors that differ in few components would have too few distinct projections.
    private static float[] MakeDirections(int dimensions)
    {
        float[] directions = new float[Count * dimensions];
        double scale = Math.Sqrt(3.0 / dimensions);
        ulong state = Mixed((ulong)dimensions);
        for (int i = 0; i < directions.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            double uniform = (Mixed(state) >> 11) * Math.ScaleB(1, -53);
            directions[i] = (float)(scale * (2 * uniform - 1));
        }

        return directions;
    }

    /// <summary>The finalizer of SplitMix64.</summary>
    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    [InlineArray(Count)]
    private struct Projections
    {
        private int _first;
    }
}
