using System.Buffers;
using System.Runtime.CompilerServices;

namespace EsRefine.Refinement;

/// <summary>The d-sized half of <see cref="KlAdam"/>: one sweep over memory per step, for one vector width.</summary>
/// <remarks>
/// The hits' vectors are packed once into blocks of four registers' width, and the query vector and Adam's moments travel with them:
/// <code>block 0: q | m | v | e₀ | e₁ | … | eₙ₋₁     block 1: q | m | v | e₀ | …</code>
/// A step needs the hits twice, for the gradient and for the dot products with the moved query vector. Both are linear in the hits and the step itself is
/// component by component, so all three are done block by block while the block (6 KB for 20 hits) sits in the first-level cache: half the traffic of two passes, and no two rows a power of two apart.
/// </remarks>
internal static unsafe class BlockedAdam<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const float LearningRate = 1e-4f;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    private const int AlignmentBytes = 64;
    private const int RegistersPerRow = 4;

    /// <summary>Rows before the hits': query vector, first moment, second moment.</summary>
    private const int StateRows = 3;

    private static int RowWidth => RegistersPerRow * TLanes.Count;

    public static void Descend(in RefinementSample sample, int steps, Span<float> refined)
    {
        int count = sample.Count;
        int blocks = (sample.Dimensions + RowWidth - 1) / RowWidth;
        int packedLength = blocks * (StateRows + count) * RowWidth;
        int sumsLength = (count + 1) * TLanes.Count;
        float[] rented = ArrayPool<float>.Shared.Rent(packedLength + sumsLength + (2 * count) + (AlignmentBytes / sizeof(float)));
        using StudentDistribution student = new(sample);
        fixed (float* unaligned = rented)
        {
            float* packed = (float*)(((nuint)unaligned + AlignmentBytes - 1) & ~(nuint)(AlignmentBytes - 1));
            float* sums = packed + packedLength;
            Span<float> dotProducts = new(sums + sumsLength, count);
            Span<float> hitWeights = new(sums + sumsLength + count, count);

            Pack(sample, student.Scales, packed, blocks);
            new Span<float>(sums, sumsLength).Clear();
            for (int block = 0; block < blocks; block++)
            {
                AddDotProducts(packed + (block * (StateRows + count) * RowWidth), count, sums);
            }

            double decay1 = 1;
            double decay2 = 1;
            for (int step = 0; step < steps; step++)
            {
                float squaredNorm = Reduce(sums, dotProducts);
                float queryWeight = student.Differentiate(dotProducts, squaredNorm, hitWeights);
                decay1 *= Beta1;
                decay2 *= Beta2;
                double root2 = Math.Sqrt(1 - decay2);
                new Span<float>(sums, sumsLength).Clear();
                Sweep(packed, blocks, hitWeights, queryWeight, (float)(LearningRate * root2 / (1 - decay1)), (float)(Epsilon * root2), sums, backwards: (step & 1) != 0);
            }

            Unpack(packed, count, refined);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static void Pack(in RefinementSample sample, ReadOnlySpan<double> scales, float* packed, int blocks)
    {
        for (int block = 0; block < blocks; block++)
        {
            Span<float> rows = new(packed + (block * (StateRows + scales.Length) * RowWidth), (StateRows + scales.Length) * RowWidth);
            int start = block * RowWidth;
            int width = Math.Min(RowWidth, sample.Dimensions - start);
            if (width < RowWidth)
            {
                // Zeros beyond the last component stay zero: their gradient is.
                rows.Clear();
            }

            sample.QueryVector.Slice(start, width).CopyTo(rows);
            rows.Slice(RowWidth, (StateRows - 1) * RowWidth).Clear();
            for (int i = 0; i < scales.Length; i++)
            {
                DoubleSums.Scale(sample.HitVector(i).Slice(start, width), scales[i], rows.Slice((StateRows + i) * RowWidth, width));
            }
        }
    }

    private static void Unpack(float* packed, int count, Span<float> refined)
    {
        for (int start = 0; start < refined.Length; start += RowWidth)
        {
            int width = Math.Min(RowWidth, refined.Length - start);
            new ReadOnlySpan<float>(packed + (start * (StateRows + count)), width).CopyTo(refined[start..]);
        }
    }

    /// <summary>One step over all blocks: gradient, moments, query vector, and the dot products of the moved query vector.</summary>
    /// <param name="backwards">Every other sweep starts where the last one ended, in blocks that are still in the cache.</param>
    private static void Sweep(
        float* packed, int blocks, ReadOnlySpan<float> hitWeights, float queryWeight, float stepSize, float epsilon, float* sums, bool backwards)
    {
        int count = hitWeights.Length;
        nint stride = (StateRows + count) * RowWidth;
        float* block = backwards ? packed + ((blocks - 1) * stride) : packed;
        nint advance = backwards ? -stride : stride;
        TVector queryFactor = TLanes.Broadcast(queryWeight);
        TVector negativeStepSize = TLanes.Broadcast(-stepSize);
        TVector epsilons = TLanes.Broadcast(epsilon);
        fixed (float* weights = hitWeights)
        {
            for (int i = 0; i < blocks; i++)
            {
                TVector gradient0 = TLanes.Multiply(queryFactor, TLanes.Load(block));
                TVector gradient1 = TLanes.Multiply(queryFactor, TLanes.Load(block + TLanes.Count));
                TVector gradient2 = TLanes.Multiply(queryFactor, TLanes.Load(block + (2 * TLanes.Count)));
                TVector gradient3 = TLanes.Multiply(queryFactor, TLanes.Load(block + (3 * TLanes.Count)));
                float* hit = block + (StateRows * RowWidth);
                for (int j = 0; j < count; j++)
                {
                    TVector weight = TLanes.Broadcast(weights[j]);
                    gradient0 = TLanes.MultiplyAdd(weight, TLanes.Load(hit), gradient0);
                    gradient1 = TLanes.MultiplyAdd(weight, TLanes.Load(hit + TLanes.Count), gradient1);
                    gradient2 = TLanes.MultiplyAdd(weight, TLanes.Load(hit + (2 * TLanes.Count)), gradient2);
                    gradient3 = TLanes.MultiplyAdd(weight, TLanes.Load(hit + (3 * TLanes.Count)), gradient3);
                    hit += RowWidth;
                }

                Move(block, gradient0, negativeStepSize, epsilons);
                Move(block + TLanes.Count, gradient1, negativeStepSize, epsilons);
                Move(block + (2 * TLanes.Count), gradient2, negativeStepSize, epsilons);
                Move(block + (3 * TLanes.Count), gradient3, negativeStepSize, epsilons);
                AddDotProducts(block, count, sums);
                block += advance;
            }
        }
    }

    /// <summary>Adam on one register's width of the query vector.</summary>
    // With the bias corrections drawn out of the loop: q −= lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε·√(1−β₂ᵗ)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(float* query, TVector gradient, TVector negativeStepSize, TVector epsilon)
    {
        float* firstMoment = query + RowWidth;
        float* secondMoment = query + (2 * RowWidth);
        TVector m = TLanes.MultiplyAdd(TLanes.Broadcast((float)(1 - Beta1)), gradient, TLanes.Multiply(TLanes.Broadcast((float)Beta1), TLanes.Load(firstMoment)));
        TVector v = TLanes.MultiplyAdd(
            TLanes.Multiply(TLanes.Broadcast((float)(1 - Beta2)), gradient), gradient, TLanes.Multiply(TLanes.Broadcast((float)Beta2), TLanes.Load(secondMoment)));
        TLanes.Store(firstMoment, m);
        TLanes.Store(secondMoment, v);
        TVector direction = TLanes.Divide(m, TLanes.Add(TLanes.Sqrt(v), epsilon));
        TLanes.Store(query, TLanes.MultiplyAdd(negativeStepSize, direction, TLanes.Load(query)));
    }

    /// <summary>Adds one block's part of q·e₀ … q·eₙ₋₁ and q·q, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddDotProducts(float* block, int count, float* sums)
    {
        TVector query0 = TLanes.Load(block);
        TVector query1 = TLanes.Load(block + TLanes.Count);
        TVector query2 = TLanes.Load(block + (2 * TLanes.Count));
        TVector query3 = TLanes.Load(block + (3 * TLanes.Count));
        float* hit = block + (StateRows * RowWidth);
        for (int j = 0; j < count; j++)
        {
            TVector sum = TLanes.MultiplyAdd(query0, TLanes.Load(hit), TLanes.Load(sums));
            sum = TLanes.MultiplyAdd(query1, TLanes.Load(hit + TLanes.Count), sum);
            sum = TLanes.MultiplyAdd(query2, TLanes.Load(hit + (2 * TLanes.Count)), sum);
            sum = TLanes.MultiplyAdd(query3, TLanes.Load(hit + (3 * TLanes.Count)), sum);
            TLanes.Store(sums, sum);
            hit += RowWidth;
            sums += TLanes.Count;
        }

        TVector square = TLanes.MultiplyAdd(query0, query0, TLanes.Load(sums));
        square = TLanes.MultiplyAdd(query1, query1, square);
        square = TLanes.MultiplyAdd(query2, query2, square);
        TLanes.Store(sums, TLanes.MultiplyAdd(query3, query3, square));
    }

    /// <summary>Adds up the lanes: n dot products, and ‖q‖² as the result.</summary>
    private static float Reduce(float* sums, Span<float> dotProducts)
    {
        foreach (ref float dotProduct in dotProducts)
        {
            dotProduct = TLanes.Sum(TLanes.Load(sums));
            sums += TLanes.Count;
        }

        return TLanes.Sum(TLanes.Load(sums));
    }
}
