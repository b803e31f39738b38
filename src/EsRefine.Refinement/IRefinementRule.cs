namespace EsRefine.Refinement;

/// <summary>Moves a query vector so that the hits judged relevant come closer: a pure function of its arguments.</summary>
public interface IRefinementRule
{
    /// <summary>The rule with its parameters, as in the configuration and in reports: <c>kl-adam</c>, <c>rocchio@0.3</c>.</summary>
    string Name { get; }

    /// <summary>Writes the refined query vector. Allocates nothing; the same sample gives the same vector.</summary>
    /// <param name="sample">At least one judged hit; finite numbers. Neither is checked here: see <see cref="GuardedRefinement"/>.</param>
    /// <param name="refined">Receives <c>d</c> components. May not overlap the sample.</param>
    void Refine(in RefinementSample sample, Span<float> refined);
}
