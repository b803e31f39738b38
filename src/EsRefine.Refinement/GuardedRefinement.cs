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
    /// <summary>Refines on the unit query vector and restores the caller's length where <see cref="RefinementSample.Similarity"/> sees it.</summary>
    /// <param name="rule">The rule to apply.</param>
    /// <param name="sample">The sample, with the query vector at the length the client sent.</param>
    /// <param name="guards">The limits.</param>
    /// <param name="refined">Receives <c>d</c> components: a copy of the query vector unless the verdict is <see cref="RefinementVerdict.Refined"/>.</param>
    /// <param name="angle">Angle between the query vector and the refined one, in radians; 0 where nothing moved.</param>
    public static RefinementVerdict Refine(IRefinementRule rule, in RefinementSample sample, RefinementGuards guards, Span<float> refined, out float angle)
    {
        throw new NotSupportedException();
    }
}
