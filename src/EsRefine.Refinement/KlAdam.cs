using System.Runtime.Intrinsics;

namespace EsRefine.Refinement;

/// <summary>
/// The rule of <i>Task-Adaptive Embedding Refinement via Test-time LLM Guidance</i> (arXiv 2605.12487): Adam steps on the query vector that bring the
/// softmax of the hits' similarities closer to the softmax of their judgments.
/// </summary>
/// <remarks>
/// <code>
/// p = softmax(judgments)      w = softmax(c + b)      loss = Σ pᵢ · ln((pᵢ + 1e-8) / (wᵢ + 1e-8))      cᵢ = q̂ · eᵢ
/// Adam on q: learning rate 1e-4, β 0.9 and 0.999, ε 1e-8, 100 steps, no weight decay, from the query vector as given
/// </code>
/// <para>
/// cosine, dot_product: eᵢ = d̂ᵢ and b = 0, so c is the cosine. This is exactly the paper's rule. The paper defines no other similarity. A softmax of
/// cosines would optimize an order that an engine with another similarity does not use. The two other similarities therefore keep the relative lengths
/// of the hits: eᵢ = dᵢ / ρ, where ρ is the root mean square of the hits' lengths and acts as a temperature. Scaling all vectors of an index by ten
/// gives the same refinement, and vectors of unit length give the paper's refinement.
/// </para>
/// <para>
/// max_inner_product: b = 0. Since q · dᵢ = ‖q‖ρ · cᵢ, the order of c is the engine's; the length of the query vector does not change it.
/// </para>
/// <para>
/// l2_norm: bᵢ = −‖dᵢ‖² / (2Rρ), with R the length of the query vector the engine sees (<see cref="RefinementSample.QueryLength"/>). Since
/// −‖Rq̂ − dᵢ‖² = 2Rρ · (cᵢ + bᵢ) − R², the order of c + b is that of the negative squared distance, and so of Elasticsearch's 1 / (1 + ‖q − d‖²).
/// The query vector is compared at length R in every step, because the caller restores that length.
/// </para>
/// A zero hit vector has similarity 0 to every vector.
/// </remarks>
/// <param name="steps">Number of Adam steps. 100 in the paper.</param>
public sealed class KlAdam(int steps = 100) : IRefinementRule
{
    /// <inheritdoc/>
    public string Name => "kl-adam";

    /// <inheritdoc/>
    public void Refine(in RefinementSample sample, Span<float> refined)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            BlockedAdam<Lanes512, Vector512<float>>.Descend(sample, steps, refined);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            BlockedAdam<Lanes256, Vector256<float>>.Descend(sample, steps, refined);
        }
        else
        {
            BlockedAdam<Lanes128, Vector128<float>>.Descend(sample, steps, refined);
        }
    }
}
