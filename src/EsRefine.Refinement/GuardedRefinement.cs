using System.Buffers;
using System.Numerics.Tensors;

namespace EsRefine.Refinement;

/// <summary>How a guarded refinement ended.</summary>
public enum RefinementVerdict
{
    /// <summary>The query vector was moved.</summary>
    Refined,

    /// <summary>Fewer than two judged hits.</summary>
    TooFewHits,

    /// <summary>The judgments spread less than the smallest spread that counts as a signal, or the rule found no direction.</summary>
    NoSignal,

    /// <summary>A query vector, hit vector or judgment is NaN, infinite or of no length, or the rule produced such a vector.</summary>
    NotFinite,
}

/// <summary>Limits around a rule.</summary>
/// <param name="MinSpread">Smallest max P − min P that carries a signal. Default 0.05.</param>
/// <param name="TrustRadius">Largest angle between the query vector and the refined one, in radians. Default 0.6.</param>
public readonly record struct RefinementGuards(float MinSpread, float TrustRadius)
{
    public static RefinementGuards Default { get; } = new(MinSpread: 0.05f, TrustRadius: 0.6f);
}

/// <summary>A rule inside its guards: no signal, no move; never further than the trust radius; only finite numbers.</summary>
public static class GuardedRefinement
{
    /// <summary>Radians below which nothing has moved: the components of a float32 vector leave its direction uncertain by about 6e-8.</summary>
    private const double SmallestAngle = 1e-6;

    /// <summary>Refines on the unit query vector and restores the caller's length where <see cref="RefinementSample.Similarity"/> sees it.</summary>
    /// <remarks>
    /// Cosine sees no length and dot product demands unit length: the refined vector has unit length there. With inner product and Euclidean distance it
    /// has the caller's: distances change with it, and so do the scores of an inner product, which a search may add to those of other clauses.
    /// </remarks>
    /// <param name="rule">The rule to apply.</param>
    /// <param name="sample">The sample, with the query vector at the length the client sent.</param>
    /// <param name="guards">The limits.</param>
    /// <param name="refined">Receives <c>d</c> components: a copy of the query vector unless the verdict is <see cref="RefinementVerdict.Refined"/>.</param>
    /// <param name="angle">Angle between the query vector and the refined one, in radians; 0 where nothing moved.</param>
    /// <exception cref="ArgumentException">The sample's rows or <paramref name="refined"/> have another number of components than the query vector.</exception>
    public static RefinementVerdict Refine(IRefinementRule rule, in RefinementSample sample, RefinementGuards guards, Span<float> refined, out float angle)
    {
        if (refined.Length != sample.Dimensions || sample.HitVectors.Length != (long)sample.Count * sample.Dimensions)
        {
            throw new ArgumentException(
                $"{sample.Count} judged hits of {sample.Dimensions} components take {(long)sample.Count * sample.Dimensions}, not {sample.HitVectors.Length}, "
                + $"and a refined vector of as many, not {refined.Length}",
                nameof(sample));
        }

        RefinementVerdict verdict = Examine(sample, guards.MinSpread);
        angle = 0;
        if (verdict is RefinementVerdict.Refined)
        {
            verdict = Turn(rule, sample, guards.TrustRadius, refined, out angle);
        }

        if (verdict is not RefinementVerdict.Refined)
        {
            sample.QueryVector.CopyTo(refined);
        }

        return verdict;
    }

    /// <summary>Whether the sample is fit for a rule; <see cref="RefinementVerdict.Refined"/> if so.</summary>
    private static RefinementVerdict Examine(in RefinementSample sample, float minSpread)
    {
        bool sound = IsDirection(sample.QueryVector);
        for (int i = 0; sound && i < sample.Count; i++)
        {
            sound = float.IsFinite(sample.Judgments[i]) && IsDirection(sample.HitVector(i));
        }

        return !sound ? RefinementVerdict.NotFinite
            : sample.Count < 2 ? RefinementVerdict.TooFewHits
            : TensorPrimitives.Max(sample.Judgments) - TensorPrimitives.Min(sample.Judgments) < minSpread ? RefinementVerdict.NoSignal
            : RefinementVerdict.Refined;
    }

    // The norm is finite exactly when every component is.
    private static bool IsDirection(ReadOnlySpan<float> vector) => DoubleSums.Norm(vector) is > 0 and < double.PositiveInfinity;

    private static RefinementVerdict Turn(IRefinementRule rule, in RefinementSample sample, float trustRadius, Span<float> refined, out float angle)
    {
        angle = 0;
        double queryNorm = DoubleSums.Norm(sample.QueryVector);
        float[] rented = ArrayPool<float>.Shared.Rent(sample.Dimensions);
        Span<float> unitQuery = rented.AsSpan(0, sample.Dimensions);
        DoubleSums.Scale(sample.QueryVector, 1 / queryNorm, unitQuery);
        rule.Refine(
            new RefinementSample
            {
                QueryVector = unitQuery,
                QueryLength = queryNorm,
                HitVectors = sample.HitVectors,
                Judgments = sample.Judgments,
                BackgroundVectors = sample.BackgroundVectors,
                Similarity = sample.Similarity,
            },
            refined);
        ArrayPool<float>.Shared.Return(rented);

        if (!IsDirection(refined))
        {
            return RefinementVerdict.NotFinite;
        }

        double refinedNorm = DoubleSums.Norm(refined);
        double turned = Angle(sample.QueryVector, queryNorm, refined, refinedNorm);
        double allowed = Math.Min(turned, trustRadius);
        if (!(allowed >= SmallestAngle && turned <= Math.PI - SmallestAngle))
        {
            // Nowhere, or straight back: no great circle leads there.
            return RefinementVerdict.NoSignal;
        }

        // The point at the allowed angle on the great circle from q̂ to r̂: (sin(φ − θ) · q̂ + sin θ · r̂) / sin φ, at the length the engine is to see.
        double length = sample.Similarity is VectorSimilarity.MaxInnerProduct or VectorSimilarity.L2Norm ? queryNorm : 1;
        double queryFactor = length * Math.Sin(turned - allowed) / (Math.Sin(turned) * queryNorm);
        double refinedFactor = length * Math.Sin(allowed) / (Math.Sin(turned) * refinedNorm);
        for (int i = 0; i < refined.Length; i++)
        {
            refined[i] = (float)((queryFactor * sample.QueryVector[i]) + (refinedFactor * refined[i]));
        }

        angle = (float)allowed;
        return IsDirection(refined) ? RefinementVerdict.Refined : RefinementVerdict.NotFinite;
    }

    // 2·atan2(‖â − b̂‖, ‖â + b̂‖) is exact to the last digits at every angle; an arc cosine loses half of them near 0.
    private static double Angle(ReadOnlySpan<float> a, double aNorm, ReadOnlySpan<float> b, double bNorm)
    {
        double squaredDifference = 0;
        double squaredSum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double aUnit = a[i] / aNorm;
            double bUnit = b[i] / bNorm;
            squaredDifference += (aUnit - bUnit) * (aUnit - bUnit);
            squaredSum += (aUnit + bUnit) * (aUnit + bUnit);
        }

        return 2 * Math.Atan2(Math.Sqrt(squaredDifference), Math.Sqrt(squaredSum));
    }
}
