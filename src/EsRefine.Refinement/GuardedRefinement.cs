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

    /// <summary>The spread of the judgments is below <see cref="RefinementGuards.MinSpread"/>, or the rule found no direction.</summary>
    NoSignal,

    /// <summary>A judgment is NaN or infinite; or the query vector, a hit vector or the rule's result is NaN, infinite or has zero length.</summary>
    NotFinite,
}

/// <summary>Limits around a rule.</summary>
/// <param name="MinSpread">Smallest max P − min P that carries a signal. Default 0.05.</param>
/// <param name="TrustRadius">Largest angle between the query vector and the refined one, in radians. Default 0.6.</param>
public readonly record struct RefinementGuards(float MinSpread, float TrustRadius)
{
    public static RefinementGuards Default { get; } = new(MinSpread: 0.05f, TrustRadius: 0.6f);
}

/// <summary>Applies a rule within limits: without a signal the vector stays unchanged, it never moves beyond the trust radius, and it stays finite.</summary>
public static class GuardedRefinement
{
    /// <summary>Angles below this (radians) count as no move: float32 rounding leaves the direction of a vector uncertain by about 6e-8.</summary>
    private const double SmallestAngle = 1e-6;

    /// <summary>
    /// Applies the rule to the normalized query vector. Restores the caller's length if <see cref="RefinementSample.Similarity"/> depends on length.
    /// </summary>
    /// <remarks>
    /// For cosine and dot product the refined vector has unit length: cosine ignores length, and dot product requires unit length. For inner product and
    /// Euclidean distance it has the caller's length, because length changes distances and inner product scores, and a search may add those scores to
    /// the scores of other clauses.
    /// </remarks>
    /// <param name="rule">The rule to apply.</param>
    /// <param name="sample">The sample, with the query vector at the length the client sent.</param>
    /// <param name="guards">The limits.</param>
    /// <param name="refined">Receives <c>d</c> components: a copy of the query vector unless the verdict is <see cref="RefinementVerdict.Refined"/>.</param>
    /// <param name="angle">Angle between the query vector and the refined one, in radians; 0 if the vector was not moved.</param>
    /// <exception cref="ArgumentException">The sample's rows or <paramref name="refined"/> differ from the query vector in dimensions.</exception>
    public static RefinementVerdict Refine(IRefinementRule rule, in RefinementSample sample, RefinementGuards guards, Span<float> refined, out float angle)
    {
        if (refined.Length != sample.Dimensions || sample.HitVectors.Length != (long)sample.Count * sample.Dimensions)
        {
            throw new ArgumentException(
                $"{sample.Count} judged hits of {sample.Dimensions} dimensions need {(long)sample.Count * sample.Dimensions} hit components and "
                + $"{sample.Dimensions} refined components, but there are {sample.HitVectors.Length} and {refined.Length}",
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

    /// <summary>Checks the sample. Returns <see cref="RefinementVerdict.Refined"/> if the rule may be applied, else the reason why not.</summary>
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
            // The vector did not move, or it turned by 180°: then no unique great circle joins the two directions.
            return RefinementVerdict.NoSignal;
        }

        // The point at the allowed angle θ on the great circle from q̂ to r̂, (sin(φ − θ) · q̂ + sin θ · r̂) / sin φ, scaled to the length sent to the engine.
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

    // 2·atan2(‖â − b̂‖, ‖â + b̂‖) is accurate to the last digits at every angle. An arc cosine loses half of the digits near 0.
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
