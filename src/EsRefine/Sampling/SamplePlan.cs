using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>What to sample: one clause of a search, and what to bring back of its hits.</summary>
/// <param name="Body">The client's body: filters and scripts are copied from it byte for byte.</param>
/// <param name="Recognized">What was found in it.</param>
/// <param name="Clause">The clause.</param>
/// <param name="Mapping">Its field.</param>
/// <param name="QueryVector">Its vector, as the engine reads it.</param>
/// <param name="TextFields">Fields of <c>_source</c> that hold the text to judge, in their order.</param>
/// <param name="Size">Hits wanted.</param>
internal sealed record SamplePlan(
    ReadOnlyMemory<byte> Body, RecognizedSearch Recognized, KnnClause Clause, FieldMapping Mapping, float[] QueryVector, IReadOnlyList<string> TextFields, int Size)
{
    /// <summary>What to sample for a vector.</summary>
    public static SamplePlan Of(VectorTask task) => new(
        task.Search.Body, task.Of.Recognized, task.Clause, task.Mapping, task.QueryVector, task.Target.TextFields(task.Mapping), task.Target.SampleSize);

    /// <summary>Components of a vector.</summary>
    public int Dimensions => QueryVector.Length;

    /// <summary>The vector as the client spelled it, or as an array where the clause only says where to have it from.</summary>
    public ReadOnlySpan<byte> QueryVectorJson =>
        Clause.HoldsVector ? Clause.Vector.Range.Of(Body.Span) : VectorText.Write(QueryVector, [], VectorSpelling.Array, Mapping.VectorType);

    /// <summary>Path of the nested documents that hold the vectors: there each hit is judged, and learnt from, by its best passage. Null: the hits hold them.</summary>
    // The hit's rank is its best passage's, so that text and that vector belong together; a mean over passages would blur what the judge approved of.
    public string? PassagePath => Mapping.NestedPath;

    /// <summary>Whether the clause can be asked for at the top level, from where Elasticsearch finds passages without a nested query.</summary>
    public bool IsTopLevel =>
        Clause.Script is null && Clause.NestedPath is null && Mapping is { Dialect: EngineDialect.Elasticsearch, SemanticField: null };

    /// <summary>Whether a field is the <c>semantic_text</c> that is judged by its best chunk.</summary>
    public bool IsOfChunk(string field) => field == Mapping.SemanticField;

    /// <summary>Whether a field is one of the passages' own.</summary>
    public bool IsOfPassage(string field) =>
        PassagePath is { } path && field.Length > path.Length && field[path.Length] == '.' && field.StartsWith(path, StringComparison.Ordinal);
}
