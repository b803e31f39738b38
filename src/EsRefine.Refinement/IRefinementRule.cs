namespace EsRefine.Refinement;

/// <summary>Moves a query vector closer to the hits judged relevant. A rule is a pure function of its arguments.</summary>
public interface IRefinementRule
{
    /// <summary>The rule with its parameters, as in the configuration and in reports: <c>kl-adam</c>, <c>rocchio@0.3</c>.</summary>
    string Name { get; }

    /// <summary>Writes the refined query vector. Allocates nothing; the same sample gives the same vector.</summary>
    /// <param name="sample">Must hold at least one judged hit and only finite numbers. <see cref="GuardedRefinement"/> checks both; rules do not.</param>
    /// <param name="refined">Receives <c>d</c> components. Must not overlap the sample.</param>
    void Refine(in RefinementSample sample, Span<float> refined);
}
