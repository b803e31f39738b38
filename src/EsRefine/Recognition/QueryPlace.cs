namespace EsRefine.Recognition;

/// <summary>Where in a search a query stands, and what follows for a kNN clause in it.</summary>
internal readonly record struct QueryPlace
{
    /// <summary>The branch of queries that hits need not match.</summary>
    private const int Optional = -1;

    private FilterScope? Scope { get; init; }

    private int Branch { get; init; }

    /// <summary>A place by which hits are not ordered: of a clause there, only the vector counts, as a possible copy.</summary>
    public static QueryPlace Unranked => default;

    /// <summary>Whether hits are ordered by a query here.</summary>
    public bool Ranks => Scope is not null;

    /// <summary>Path of the innermost <c>nested</c> query around; null where there is none.</summary>
    public string? NestedPath { get; private init; }

    /// <summary>Whether it is inside <c>has_child</c> or <c>has_parent</c>.</summary>
    public bool IsJoined { get; private init; }

    /// <summary>A place in the search itself, or in a retriever, under the filters of the scope.</summary>
    public static QueryPlace In(FilterScope scope) => new() { Scope = scope, Branch = Optional };

    /// <summary>The place inside a query that gives filters to the clauses in it. The scope is null where nothing ranks.</summary>
    public QueryPlace Enter(out FilterScope? scope)
    {
        scope = Ranks ? new FilterScope(this) : null;
        return this with { Scope = scope, Branch = Optional };
    }

    /// <summary>The place of one of the queries that hits must match. Its clauses get the filters of the scope, but not those it demands itself.</summary>
    /// <param name="branch">Its number in the scope, from 0.</param>
    public QueryPlace InBranch(int branch) => this with { Branch = branch };

    /// <summary>The place of a query that hits need not match: its demands end here.</summary>
    public QueryPlace AsOptional() => this with { Branch = Optional };

    /// <summary>The place inside a <c>nested</c> query, whose demands are on inner documents.</summary>
    public QueryPlace InNested(string? path) => this with { Branch = Optional, NestedPath = path ?? NestedPath };

    /// <summary>The place inside <c>has_child</c> or <c>has_parent</c>, whose demands are on the related documents.</summary>
    public QueryPlace InJoin() => this with { Branch = Optional, IsJoined = true };

    /// <summary>Records that every hit must pass this filter, or must match this query.</summary>
    public void Demand(EnclosingFilter filter)
    {
        if (Branch != Optional)
        {
            Scope?.Add(filter with { NestedPath = filter.NestedPath ?? NestedPath }, Branch);
        }
    }

    /// <summary>The filters around a clause here, innermost first, behind its own. Call it only after the whole body has been read.</summary>
    /// <returns>Null: there are too many.</returns>
    public IReadOnlyList<EnclosingFilter>? FiltersAround(IReadOnlyList<EnclosingFilter> own)
    {
        List<EnclosingFilter>? filters = null;
        int branch = Branch;
        for (FilterScope? scope = Scope; scope is not null; scope = scope.Outer.Scope)
        {
            if (scope.IsTooLarge)
            {
                return null;
            }

            foreach ((EnclosingFilter filter, int origin) in scope.Filters)
            {
                if (origin != branch)
                {
                    (filters ??= [.. own]).Add(filter);
                }
            }

            branch = scope.Outer.Branch;
        }

        return filters is null ? own : filters.Count > FilterScope.MaxFilters ? null : filters;
    }
}
