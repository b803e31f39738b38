namespace EsRefine.Recognition;

/// <summary>A filter that encloses or accompanies a clause: any hit must pass it, so the sample must too.</summary>
/// <param name="Range">The filter's JSON: one query object, or an array of them (all or, where negated, none of which match).</param>
/// <param name="IsNegated">From <c>must_not</c>: hits must not match.</param>
/// <param name="IsOwn">The clause's own <c>filter</c>: of a clause on a nested field it belongs into the clause, not around it.</param>
/// <param name="NestedPath">Path of the innermost <c>nested</c> query the filter stands in: it speaks of those documents. Null: of the hit itself.</param>
internal readonly record struct EnclosingFilter(ByteRange Range, bool IsNegated = false, bool IsOwn = false, string? NestedPath = null)
{
    /// <summary>The range of a filter; null where it asks for nothing (LangChain sends <c>[]</c>) or is missing.</summary>
    // A filter may hold a kNN clause itself. Both engines take it inside a pre-filter, so it stays whole: to leave out part of a filter would show the
    // judge documents that the caller has excluded.
    public static ByteRange? RangeIn(BodyNode filter)
    {
        foreach (BodyNode query in filter.Elements)
        {
            if (query.IsObject)
            {
                return filter.Range;
            }
        }

        return null;
    }

    /// <summary>The filters of a clause that has this one or, where it is null, none.</summary>
    public static IReadOnlyList<EnclosingFilter> Own(ByteRange? filter) => filter is { } range ? [new(range, IsOwn: true)] : [];
}
