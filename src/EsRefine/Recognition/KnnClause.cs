namespace EsRefine.Recognition;

/// <summary>A kNN clause in a position that ranks hits.</summary>
internal sealed record KnnClause
{
    public required EngineDialect Dialect { get; init; }

    public required KnnClauseForm Form { get; init; }

    /// <summary>The vector field.</summary>
    public required string Field { get; init; }

    /// <summary>The clause's own vector. Not set where it holds none.</summary>
    public VectorLocation Vector { get; init; }

    /// <summary>False where only a source of it is known, and for <see cref="KnnClauseForm.TextOnly"/> and <see cref="KnnClauseForm.OpaqueScript"/>.</summary>
    public bool HoldsVector => Vector.Range.Length > 0;

    /// <summary>Where the vector is to be had from; null for clauses that hold it, and for those of which nobody knows.</summary>
    public VectorSource? Source { get; init; }

    /// <summary><c>k</c> and <c>num_candidates</c> as sent; null where the engine's default applies.</summary>
    public int? K { get; init; }

    public int? NumCandidates { get; init; }

    /// <summary>The clause's own <c>filter</c> and those that enclose it (<c>bool</c>, retrievers, <c>post_filter</c>).</summary>
    public IReadOnlyList<EnclosingFilter> Filters { get; init; } = [];

    /// <summary>Path of the innermost <c>nested</c> query around the clause; null where there is none.</summary>
    /// <remarks>A top-level <c>knn</c> may name a field of nested documents all the same.</remarks>
    public string? NestedPath { get; init; }

    /// <summary>
    /// Whether the clause reaches a field of nested documents without a <c>nested</c> query: Elasticsearch's top-level <c>knn</c> and its retriever.
    /// </summary>
    public bool NamesPassagesFromOutside => NestedPath is null && Form is (KnnClauseForm.TopLevel or KnnClauseForm.Retriever);

    /// <summary>Inside <c>has_child</c> or <c>has_parent</c>: the hits do not hold the vectors, so the leaf alone is no sample of them.</summary>
    public bool IsJoined { get; init; }

    /// <summary>JSON of the script object of a <see cref="KnnClauseForm.Script"/>; null for other forms.</summary>
    public ByteRange? Script { get; init; }

    /// <summary>What the script computes, whatever the mapping says; null for other forms: the mapping decides.</summary>
    public VectorFunction? Function { get; init; }

    /// <summary>Whether the script computes with the score of the query it is asked over.</summary>
    public bool UsesScore { get; init; }

    /// <summary>JSON of that query, where its score counts; null where there is none: then all documents score alike.</summary>
    public ByteRange? ScoredQuery { get; init; }

    /// <summary>Why a <see cref="KnnClauseForm.OpaqueScript"/> is not refined, in one sentence; null for other forms.</summary>
    public string? WhyNotRefined { get; init; }

    /// <summary>Text the clause itself carries (<c>model_text</c>, <c>query_text</c>); null for a builder without any, such as <c>lookup</c>.</summary>
    public string? Text { get; init; }

    /// <summary>A radial clause (<c>similarity</c>, <c>max_distance</c>, <c>min_score</c>, also a script's).</summary>
    /// <remarks>Thresholds are dropped from the sample, kept in the reissue.</remarks>
    public bool IsRadial { get; init; }

    /// <summary>Whether another clause searches the same field with the same bytes for a vector, or has it from the same source.</summary>
    public bool IsTwinOf(KnnClause other, ReadOnlySpan<byte> body) =>
        Field == other.Field
        && (Source is { } source
            ? source.IsSameAs(other.Source)
            : HoldsVector && other.HoldsVector && Vector.Range.Of(body).SequenceEqual(other.Vector.Range.Of(body)));
}

/// <summary>Where a kNN clause stands.</summary>
internal enum KnnClauseForm
{
    /// <summary>Elasticsearch top-level <c>knn</c> (object, or an element of the array).</summary>
    TopLevel,

    /// <summary><c>knn</c> inside the query DSL, of either engine.</summary>
    Query,

    /// <summary>Elasticsearch <c>knn</c> retriever.</summary>
    Retriever,

    /// <summary>A script with a vector function, or OpenSearch <c>knn_score</c>, in <c>script_score</c> or <c>function_score</c>: exact kNN.</summary>
    Script,

    /// <summary>A script that ranks by vectors in a way that is not refined: its vectors are among the other ones.</summary>
    OpaqueScript,

    /// <summary>A clause that holds no vector and says of no source that is known (<c>semantic</c>, <c>neural</c> with an image).</summary>
    TextOnly,
}
