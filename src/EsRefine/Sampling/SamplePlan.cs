using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>What to sample: one clause of a search, and what to return of its hits.</summary>
/// <param name="Recognized">What was found in the client's body: filters and scripts are copied from it byte for byte.</param>
/// <param name="Clause">The clause.</param>
/// <param name="Mapping">Its field.</param>
/// <param name="QueryVector">Its vector, as the engine reads it.</param>
/// <param name="TextFields">Fields of <c>_source</c> that hold the text to judge, in their order.</param>
/// <param name="Size">Hits wanted.</param>
internal sealed record SamplePlan(
    RecognizedSearch Recognized, KnnClause Clause, FieldMapping Mapping, float[] QueryVector, IReadOnlyList<string> TextFields, int Size)
{
    /// <summary>What to sample for a vector.</summary>
    public static SamplePlan Of(VectorTask task) => new(
        task.ClauseTask.Recognized, task.Clause, task.Mapping, task.QueryVector, task.Target.TextFields(task.Mapping), task.Target.SampleSize);

    /// <summary>Components of a vector.</summary>
    public int Dimensions => QueryVector.Length;

    /// <summary>The vector as the client spelled it; an array where the clause names a document or a text instead.</summary>
    public ReadOnlySpan<byte> QueryVectorJson =>
        Clause.HoldsVector ? Clause.Vector.Json.Span : VectorText.Write(QueryVector, [], VectorSpelling.Array, Mapping.VectorType);

    /// <summary>What the sampling search looks like, and where its reply holds texts and vectors.</summary>
    public ISampleShape Shape { get; } = SampleShape.Of(Clause, Mapping);
}
