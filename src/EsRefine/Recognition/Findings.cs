namespace EsRefine.Recognition;

/// <summary>What has been found in a search body so far.</summary>
internal sealed class Findings
{
    /// <summary>A body with more clauses, or more vectors to fetch, is forwarded unchanged: each costs a sample and its judgments, or a request.</summary>
    public const int MaxClauses = 32;

    /// <summary>A body with more other vectors is forwarded unchanged: each is compared with every refined one, and none may be missed.</summary>
    public const int MaxOtherVectors = 256;

    /// <summary>A body with more wrapped queries is forwarded unchanged.</summary>
    public const int MaxWrappers = 1_024;

    /// <summary>A body with longer scripts, all of them together, is forwarded unchanged: in characters.</summary>
    public const int MaxSourceLength = 131_072;

    private readonly List<FoundClause> _clauses = new(capacity: 1);
    private List<VectorLocation>? _otherVectors;
    private List<HiddenVector>? _hiddenVectors;
    private List<WrapperQuery>? _wrappers;
    private int _sourceLength;

    /// <summary>Whether the body is forwarded unchanged: both engines refuse it, or it exceeds a limit.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The clauses that rank.</summary>
    public List<FoundClause> Clauses => _clauses;

    /// <summary>Vectors that are not those of a clause: possible copies.</summary>
    public IReadOnlyList<VectorLocation> OtherVectors => _otherVectors ?? [];

    /// <summary>Possible copies that the body does not spell out: it names a document or a text instead.</summary>
    public IReadOnlyList<HiddenVector> HiddenVectors => _hiddenVectors ?? [];

    /// <summary>The <c>wrapper</c> queries, in their order; null where there are none, or the body is refused.</summary>
    public IReadOnlyList<WrapperQuery>? Wrappers => IsRefused ? null : _wrappers;

    /// <summary>Text of the first lexical query that ranks.</summary>
    public string? LexicalText { get; set; }

    /// <summary>Whether a script uses a vector that could not be traced.</summary>
    public bool HidesVectors { get; set; }

    /// <summary>Whether the body has a <c>search_after</c>.</summary>
    public bool HasSearchAfter { get; set; }

    public void Refuse() => IsRefused = true;

    /// <summary>Refuses an object that may have one member and has several: neither engine takes a query of several kinds, or on several fields.</summary>
    public void ExpectOneMember(BodyNode node) => IsRefused |= node.HasSeveralMembers;

    /// <summary>Adds a clause in a place that ranks. Of a clause elsewhere, only the vector is recorded.</summary>
    public void Take(FoundClause found)
    {
        if (found.Place.Ranks)
        {
            AddUpTo(MaxClauses, _clauses, found);
            found.DemandOwnFilter();
        }
        else
        {
            NoteVectorsOf(found);
        }
    }

    /// <summary>The lowest precedence among the clauses from this one on; <see cref="int.MaxValue"/> where there are none.</summary>
    public int LowestPrecedence(int first)
    {
        int lowest = int.MaxValue;
        for (int i = first; i < _clauses.Count; i++)
        {
            lowest = Math.Min(lowest, _clauses[i].Precedence);
        }

        return lowest;
    }

    /// <summary>Records the vectors of a clause that is not refined itself.</summary>
    public void NoteVectorsOf(FoundClause found)
    {
        KnnClause clause = found.Clause;
        Note(clause.HoldsVector ? clause.Vector : null, found.OtherFields.Length == 0 ? clause.Field : null);
        Note(clause.Source, clause.Field);
    }

    /// <summary>Records a vector outside the clauses; null adds nothing.</summary>
    public void Note(VectorLocation? vector, string? field)
    {
        if (vector is { } location)
        {
            AddUpTo(MaxOtherVectors, _otherVectors ??= [], location with { Field = field });
        }
    }

    /// <summary>Records the source of a vector outside the clauses; null adds nothing.</summary>
    public void Note(VectorSource? source, string? field)
    {
        if (source is not null)
        {
            AddUpTo(MaxClauses, _hiddenVectors ??= [], new(source, field));
        }
    }

    public void Add(WrapperQuery wrapper) => AddUpTo(MaxWrappers, _wrappers ??= [], wrapper);

    /// <summary>Counts the source of a script.</summary>
    public void CountSource(string? source)
    {
        _sourceLength += source?.Length ?? 0;
        IsRefused |= _sourceLength > MaxSourceLength;
    }

    private void AddUpTo<T>(int limit, List<T> list, T item)
    {
        IsRefused |= list.Count == limit;
        if (list.Count < limit)
        {
            list.Add(item);
        }
    }
}
