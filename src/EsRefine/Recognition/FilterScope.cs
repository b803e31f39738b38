using System.Runtime.InteropServices;

namespace EsRefine.Recognition;

/// <summary>The filters that clauses in one part of a search share: in a <c>bool</c>, under a script, in a retriever, or in the whole body.</summary>
/// <remarks>
/// A <c>bool</c> gives a clause in it all conditions of its <c>must</c>, <c>filter</c> and <c>must_not</c>, but not those of the clause's own branch, which
/// the clause has already. Siblings that come later in the body still add filters: a clause knows its scope, and its filters once the body has been read.
/// </remarks>
/// <param name="outer">Where the part stands.</param>
internal sealed class FilterScope(QueryPlace outer)
{
    /// <summary>
    /// A body with more filters around one clause is forwarded unchanged. Elasticsearch's default for the clauses of a <c>bool</c> is the same.
    /// </summary>
    public const int MaxFilters = 1_024;

    /// <summary>The origin of filters that no branch demands, but the scope itself.</summary>
    private const int Common = -2;

    private List<(EnclosingFilter Filter, int Origin)>? _filters;

    public QueryPlace Outer => outer;

    /// <summary>The filters, and from which branch each is.</summary>
    public ReadOnlySpan<(EnclosingFilter Filter, int Origin)> Filters => CollectionsMarshal.AsSpan(_filters);

    public int Count => _filters?.Count ?? 0;

    /// <summary>Whether a filter has been left out.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Adds a filter that applies to all branches; null adds nothing.</summary>
    public void Share(ByteRange? filter, bool isNegated = false)
    {
        if (filter is { } range)
        {
            Add(new(range, isNegated, NestedPath: outer.NestedPath), Common);
        }
    }

    /// <summary>Adds what a branch demands.</summary>
    public void Add(EnclosingFilter filter, int branch)
    {
        IsTooLarge |= Count == MaxFilters;
        if (!IsTooLarge)
        {
            (_filters ??= []).Add((filter, branch));
        }
    }

    /// <summary>Replaces several filters added last by one that says the same.</summary>
    public void Merge(int first, ByteRange merged)
    {
        if (Count > first + 1)
        {
            _filters!.RemoveRange(first, Count - first);
            Share(merged);
        }
    }

    /// <summary>Hands the filters on to the place around: what this part demands of a hit, the query around demands too.</summary>
    public void DemandAll()
    {
        foreach ((EnclosingFilter filter, _) in Filters)
        {
            outer.Demand(filter);
        }
    }
}
