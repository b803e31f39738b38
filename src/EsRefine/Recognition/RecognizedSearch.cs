namespace EsRefine.Recognition;

/// <summary>What recognition found in a search body.</summary>
internal sealed record RecognizedSearch
{
    /// <summary>The body with its <c>wrapper</c> queries opened; null where it has none.</summary>
    public OpenedBody? Opened { get; init; }

    /// <summary>Whether a wrapper could not be opened, or a script's vector not be traced: it may be a copy of any vector.</summary>
    public bool HidesVectors { get; init; }

    /// <summary>Never empty.</summary>
    public required IReadOnlyList<KnnClause> Clauses { get; init; }

    /// <summary>Other vectors in known places (rescore scripts, <c>diversify</c>, <c>highlight_query</c>, sorts, filters, …).</summary>
    /// <remarks>Those equal to a refined clause's vector are replaced with it, or none is: see <c>Reissue/ClauseEdits</c>.</remarks>
    public IReadOnlyList<VectorLocation> OtherVectors { get; init; } = [];

    /// <summary>Vectors in the same places that the body only says where to have from.</summary>
    public IReadOnlyList<HiddenVector> HiddenVectors { get; init; } = [];

    /// <summary>All vectors that the body only says where to have from, but for a clause's own.</summary>
    public IEnumerable<HiddenVector> HiddenBeside(KnnClause clause) => Clauses
        .Where(other => other != clause && other.Source is not null)
        .Select(static other => new HiddenVector(other.Source!, other.Field))
        .Concat(HiddenVectors);

    /// <summary>Text of the first lexical query in a scoring position; null where there is none.</summary>
    public string? LexicalText { get; init; }

    /// <summary>JSON of <c>pit</c>; missing where there is none.</summary>
    public BodySlice PointInTime { get; init; }

    /// <summary>JSON of the body's <c>search_pipeline</c>; missing where there is none.</summary>
    public BodySlice SearchPipeline { get; init; }

    /// <summary>JSON of <c>runtime_mappings</c>; missing where there is none: filters may use its fields.</summary>
    public BodySlice RuntimeMappings { get; init; }

    /// <summary>Hits asked for, where the body says so.</summary>
    public int? Size { get; init; }

    /// <summary>Hits to skip, where the body says so.</summary>
    public int? From { get; init; }

    /// <summary>Whether the body says after which hit to go on: another page of a search that was answered before.</summary>
    public bool HasSearchAfter { get; init; }

    /// <summary>Whether the search begins a sequence of pages, or is all of it.</summary>
    /// <param name="queryString">Its <c>from</c> goes before that of the body.</param>
    public bool IsFirstPage(string queryString) =>
        !HasSearchAfter && (SearchParameters.Value(queryString, "from") is { } from ? from.TrimStart('0').Length == 0 : From is null or 0);
}
