using System.Diagnostics.CodeAnalysis;

namespace EsRefine;

/// <summary>Why a search, a clause or a vector is not refined. The common case, so it is a value and costs no exception.</summary>
/// <param name="Outcome">The outcome this ends in.</param>
/// <param name="Detail">The cause and the setting to change, in one sentence without document or query text; null where the outcome says it all.</param>
/// <param name="Failure">What failed, for evaluation, which stops at it; null where nothing did.</param>
internal sealed record NotRefined(RefinementOutcome Outcome, string? Detail = null, Exception? Failure = null);

/// <summary>What a stage returns: its product, or the reason why there is none.</summary>
internal readonly struct Outcome<T>
    where T : class
{
    private Outcome(T? product, NotRefined? reason) => (Product, Reason) = (product, reason);

    /// <summary>Null where there is none.</summary>
    public T? Product { get; }

    /// <summary>Null where there is a product.</summary>
    public NotRefined? Reason { get; }

    public static implicit operator Outcome<T>(T product) => new(product, null);

    public static implicit operator Outcome<T>(NotRefined reason) => new(null, reason);

    /// <summary>True with the product, false with the reason.</summary>
    public bool TryGet([NotNullWhen(true)] out T? product, [NotNullWhen(false)] out NotRefined? reason)
    {
        (product, reason) = (Product, Reason);
        return product is not null;
    }
}
