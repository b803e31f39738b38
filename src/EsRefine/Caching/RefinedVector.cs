using System.Numerics.Tensors;

namespace EsRefine.Caching;

/// <summary>A refined query vector and what it was learned from.</summary>
/// <param name="Components">With the length to send, to be written over the original. Read-only.</param>
/// <param name="Judged">Hits judged in time.</param>
/// <param name="Sampled">Hits sampled.</param>
/// <param name="Angle">Between the query vector and this one, in radians.</param>
/// <param name="Rule">Full name of the rule.</param>
internal sealed record RefinedVector(float[] Components, int Judged, int Sampled, float Angle, string Rule)
{
    /// <summary>When it was learned.</summary>
    public DateTimeOffset LearnedAt { get; init; }

    /// <summary>When its time in the cache was last extended.</summary>
    public DateTimeOffset RenewedAt { get; init; }

    /// <summary>
    /// Whether a first page was sent with it. Before that, later pages do not use it: mode <c>learn</c> sends first pages unrefined while it learns.
    /// </summary>
    public bool IsServed { get; init; }

    /// <summary>Whether it may replace a query vector. Vectors of a shared store are checked.</summary>
    /// <param name="queryVector">The original.</param>
    /// <param name="trustRadius">Largest angle a query vector may be moved by, in radians.</param>
    public bool CanReplace(ReadOnlySpan<float> queryVector, float trustRadius)
    {
        if (Components is null || Components.Length != queryVector.Length)
        {
            return false;
        }

        // NaN where a component is not finite or a vector has no length; every comparison with it is false.
        double cosine = TensorPrimitives.CosineSimilarity(Components, queryVector);
        return cosine >= Math.Cos(trustRadius) - 1e-5;
    }
}
