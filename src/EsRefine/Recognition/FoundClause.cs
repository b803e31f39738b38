namespace EsRefine.Recognition;

/// <summary>A clause, and where it was found.</summary>
/// <param name="Clause">The clause without what its place decides.</param>
/// <param name="Place">Where it stands.</param>
internal readonly record struct FoundClause(KnnClause Clause, QueryPlace Place)
{
    private readonly string[]? _otherFields;

    /// <summary>Fields beside the clause's that a script compares the vector with.</summary>
    public string[] OtherFields { get => _otherFields ?? []; init => _otherFields = value; }

    /// <summary>Whether it is a function of <c>function_score</c>, which usually only reorders the hits of another query.</summary>
    public bool IsBoost { get; init; }

    /// <summary>Only the clauses of the lowest precedence are refined. The others are copies.</summary>
    public int Precedence => Clause.Form == KnnClauseForm.OpaqueScript ? 2 : IsBoost ? 1 : 0;

    /// <summary>A hit of the clause passes its own filter: the place may demand as much of the hits of other clauses.</summary>
    public void DemandOwnFilter()
    {
        if (Clause.Filters is [{ IsOwn: true } own, ..])
        {
            Place.Demand(own with { IsOwn = false });
        }
    }

    /// <summary>The clause with the filters around it; null where there are too many. Call it only after the whole body has been read.</summary>
    public KnnClause? Complete()
    {
        IReadOnlyList<EnclosingFilter>? filters = Place.FiltersAround(Clause.Filters);
        return filters is null ? null
            : filters == Clause.Filters && Place is { NestedPath: null, IsJoined: false } ? Clause
            : Clause with { Filters = filters, NestedPath = Place.NestedPath, IsJoined = Place.IsJoined };
    }
}
