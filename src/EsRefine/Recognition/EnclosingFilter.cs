namespace EsRefine.Recognition;

/// <summary>A filter that encloses or accompanies a clause: any hit must pass it, so the sample must too.</summary>
/// <param name="Json">The filter's JSON: one query object, or an array of them (all or, where negated, none of which match).</param>
/// <param name="IsNegated">From <c>must_not</c>: hits must not match.</param>
/// <param name="IsOwn">The clause's own <c>filter</c>: of a clause on a nested field it belongs into the clause, not around it.</param>
/// <param name="NestedPath">Path of the innermost <c>nested</c> query the filter stands in: it applies to those documents. Null: it applies to the hit.</param>
internal readonly record struct EnclosingFilter(BodySlice Json, bool IsNegated = false, bool IsOwn = false, string? NestedPath = null)
{
    /// <summary>The JSON of a filter; missing where the filter is, or where it demands nothing (LangChain sends <c>[]</c>).</summary>
    // A filter may hold a kNN clause itself. Both engines accept it inside a pre-filter, so it stays whole: a filter with a part left out would
    // show the judge documents that the caller has excluded.
    public static BodySlice JsonOf(BodyNode filter)
    {
        foreach (BodyNode query in filter.Elements)
        {
            if (query.IsObject)
            {
                return filter.Json;
            }
        }

        return default;
    }

    /// <summary>The filters of a clause that has this one of its own; none where it is missing.</summary>
    public static IReadOnlyList<EnclosingFilter> Own(BodySlice filter) => filter.IsMissing ? [] : [new(filter, IsOwn: true)];
}
