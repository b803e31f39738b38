using EsRefine.Refinement;

namespace EsRefine.Recognition;

/// <summary>A clause while the walk is still inside what encloses it: siblings that come later in the body add their filters.</summary>
internal sealed class ClauseDraft
{
    public required EngineDialect Dialect { get; init; }

    public required KnnClauseForm Form { get; init; }

    public required string Field { get; init; }

    public VectorLocation Vector { get; init; }

    public VectorLookup? Lookup { get; init; }

    public int? K { get; init; }

    public int? NumCandidates { get; init; }

    public string? Text { get; init; }

    public bool IsRadial { get; set; }

    public ByteRange? Script { get; init; }

    public VectorSimilarity? ScriptSimilarity { get; init; }

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
        Lookup = Lookup,
        K = K,
        NumCandidates = NumCandidates,
        Text = Text,
        IsRadial = IsRadial,
        Script = Script,
        ScriptSimilarity = ScriptSimilarity,
        Filters = Filters,
        NestedPath = NestedPath,
        IsJoined = IsJoined,
    };
}
