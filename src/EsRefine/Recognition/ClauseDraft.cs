namespace EsRefine.Recognition;

/// <summary>A clause while the walk is still inside what encloses it: siblings that come later in the body add their filters.</summary>
internal sealed class ClauseDraft
{
    public required EngineDialect Dialect { get; init; }

    public required KnnClauseForm Form { get; init; }

    public required string Field { get; init; }

    public VectorLocation Vector { get; init; }

    public VectorSource? Source { get; init; }

    public int? K { get; init; }

    public int? NumCandidates { get; init; }

    public string? Text { get; init; }

    public bool IsRadial { get; set; }

    public ByteRange? Script { get; init; }

    public VectorFunction? Function { get; init; }

    /// <summary>Fields beside <see cref="Field"/> that a script compares the vector with.</summary>
    public List<string> OtherFields { get; } = [];

    public bool UsesScore { get; set; }

    public ByteRange? ScoredQuery { get; set; }

    public string? WhyNotRefined { get; init; }

    /// <summary>A function of <c>function_score</c>, which as a rule only moves what something else has found.</summary>
    public bool IsBoost { get; set; }

    /// <summary>Of the clauses of a search only those of the lowest are clauses of it, the others are copies.</summary>
    public int Precedence => Form == KnnClauseForm.OpaqueScript ? 2 : IsBoost ? 1 : 0;

    public List<EnclosingFilter> Filters { get; } = [];

    public string? NestedPath { get; set; }

    public bool IsJoined { get; set; }

    /// <summary>Which of the walker's conditions come from the clause's own branch of the bool being walked: it has them already.</summary>
    public (int Start, int End) OwnConditions { get; set; }

    /// <summary>A <c>nested</c> query closes around the clause: what was demanded inside it, was demanded of its inner documents.</summary>
    public void EnterNested(string? path)
    {
        NestedPath ??= path;
        for (int i = 0; i < Filters.Count; i++)
        {
            if (Filters[i] is { IsOwn: false, NestedPath: null } filter)
            {
                Filters[i] = filter with { NestedPath = path };
            }
        }
    }

    public KnnClause Finish() => new()
    {
        Dialect = Dialect,
        Form = Form,
        Field = Field,
        Vector = Vector,
        Source = Source,
        K = K,
        NumCandidates = NumCandidates,
        Text = Text,
        IsRadial = IsRadial,
        Script = Script,
        Function = Function,
        UsesScore = UsesScore,
        ScoredQuery = ScoredQuery,
        WhyNotRefined = WhyNotRefined,
        Filters = Filters,
        NestedPath = NestedPath,
        IsJoined = IsJoined,
    };
}
