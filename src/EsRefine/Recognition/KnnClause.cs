using EsRefine.Vectors;

namespace EsRefine.Recognition;

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

/// <summary>One vector in the body.</summary>
/// <param name="Range">The vector's JSON: the array with its brackets, the string with its quotes, or the number.</param>
/// <param name="Spelling">How it is written.</param>
/// <param name="Field">The field it is compared with, where its surroundings say so: a copy for another field is not a copy.</param>
internal readonly record struct VectorLocation(ByteRange Range, VectorSpelling Spelling, string? Field = null);

/// <summary>Where a vector can be written that the body does not hold; every byte not named here stays.</summary>
/// <param name="Range">The whole member that gives way, name and all.</param>
/// <param name="Before">What is written there before the vector: the name of a member.</param>
/// <param name="After">What is written behind it: a default that only the old form has.</param>
internal sealed record VectorPlace(ByteRange Range, string Before, string After = "")
{
    /// <summary>Other bytes that change with it: the kind of the query, its model.</summary>
    public IReadOnlyList<(ByteRange Range, string Replacement)> Others { get; init; } = [];
}

/// <summary>What a clause says in place of a vector: where to have it from.</summary>
/// <param name="Place">Where the vector itself can stand.</param>
internal abstract record VectorSource(VectorPlace Place)
{
    /// <summary>Whether another one says the same, wherever it stands.</summary>
    public bool IsSameAs(VectorSource? other) => other is not null && this with { Place = other.Place } == other;
}

/// <summary>Elasticsearch <c>query_vector_builder.lookup</c>: the vector is that of a document.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Path">The vector field there.</param>
/// <param name="Routing">Its routing; null = none.</param>
/// <param name="Place">Where the vector can stand.</param>
internal sealed record VectorLookup(string Index, string Id, string Path, string? Routing, VectorPlace Place) : VectorSource(Place);

/// <summary>The vector is that of a text, by a model of the cluster.</summary>
/// <param name="Form">Decides what the cluster is to be asked for it.</param>
/// <param name="ModelId">The model, or the inference endpoint; null where the cluster has a default.</param>
/// <param name="Text">The text.</param>
/// <param name="Place">Where the vector can stand.</param>
internal sealed record TextToEmbed(TextForm Form, string? ModelId, string Text, VectorPlace Place) : VectorSource(Place);

/// <summary>How a clause holds the text to embed.</summary>
internal enum TextForm
{
    /// <summary>Elasticsearch <c>query_vector_builder.text_embedding</c>.</summary>
    TextEmbedding,

    /// <summary>Elasticsearch <c>query_vector_builder.embedding</c>.</summary>
    Embedding,

    /// <summary>OpenSearch <c>neural</c>.</summary>
    Neural,
}

/// <summary>A vector that the body only says where to have from.</summary>
/// <param name="Source">Where from.</param>
/// <param name="Field">The field it is compared with; null where the cluster would refuse the search.</param>
internal readonly record struct HiddenVector(VectorSource Source, string? Field);

/// <summary>A filter that encloses or accompanies a clause: any hit must pass it, so the sample must too.</summary>
/// <param name="Range">The filter's JSON: one query object, or an array of them (all or, where negated, none of which match).</param>
/// <param name="IsNegated">From <c>must_not</c>: hits must not match.</param>
/// <param name="IsOwn">The clause's own <c>filter</c>: of a clause on a nested field it belongs into the clause, not around it.</param>
/// <param name="NestedPath">Path of the innermost <c>nested</c> query the filter stands in: it speaks of those documents. Null: of the hit itself.</param>
internal readonly record struct EnclosingFilter(ByteRange Range, bool IsNegated = false, bool IsOwn = false, string? NestedPath = null);

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

    /// <summary>Whether the clause needs no <c>nested</c> query to reach a field of nested documents: Elasticsearch's top-level <c>knn</c> and its retriever.</summary>
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

/// <summary>What the walker found in a search body.</summary>
/// <remarks>All ranges are of the body that <see cref="Open"/> gives.</remarks>
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

    /// <summary>JSON of <c>pit</c>; null where there is none.</summary>
    public ByteRange? PointInTime { get; init; }

    /// <summary>JSON of the body's <c>search_pipeline</c>; null where there is none.</summary>
    public ByteRange? SearchPipeline { get; init; }

    /// <summary>JSON of <c>runtime_mappings</c>; null where there is none: filters may use its fields.</summary>
    public ByteRange? RuntimeMappings { get; init; }

    /// <summary>Hits asked for, where the body says so.</summary>
    public int? Size { get; init; }

    /// <summary>Hits to skip, where the body says so.</summary>
    public int? From { get; init; }

    /// <summary>Whether the body says after which hit to go on: another page of a search that was answered before.</summary>
    public bool HasSearchAfter { get; init; }

    /// <summary>The search in which this was found, with the body that the ranges are of.</summary>
    public SearchRequest Open(SearchRequest search) => Opened is { } opened ? search with { Body = opened.Bytes } : search;

    /// <summary>Whether the search begins a sequence of pages, or is all of it.</summary>
    /// <param name="queryString">Its <c>from</c> goes before that of the body.</param>
    public bool IsFirstPage(string queryString) =>
        !HasSearchAfter && (SearchParameters.Value(queryString, "from") is { } from ? from.TrimStart('0').Length == 0 : From is null or 0);
}
