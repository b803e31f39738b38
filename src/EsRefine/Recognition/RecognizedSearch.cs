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
    /// <remarks>Either all that are equal to a refined clause's vector are replaced, or none is: see <c>Pipeline/Splicer</c>.</remarks>
    public IReadOnlyList<VectorLocation> OtherVectors { get; init; } = [];

    /// <summary>Vectors in the same places that the body does not spell out: it names a document or a text instead.</summary>
    public IReadOnlyList<HiddenVector> HiddenVectors { get; init; } = [];

    /// <summary>All vectors that the body does not spell out, except those of one clause.</summary>
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

    /// <summary>Hits requested; null where the body does not say.</summary>
    public int? Size { get; init; }

    /// <summary>Hits to skip; null where the body does not say.</summary>
    public int? From { get; init; }

    /// <summary>Whether the body has a <c>search_after</c>: it is another page of an earlier search.</summary>
    public bool HasSearchAfter { get; init; }

    /// <summary>Whether the search begins a sequence of pages, or is all of it.</summary>
    /// <param name="queryString">Its <c>from</c> overrides that of the body.</param>
    public bool IsFirstPage(string queryString) =>
        !HasSearchAfter && (SearchParameters.Value(queryString, "from") is { } from ? from.TrimStart('0').Length == 0 : From is null or 0);
}
