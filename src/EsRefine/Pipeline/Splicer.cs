using System.Text;
using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Pipeline;

/// <summary>Writes refined vectors over the query vectors of a body and over all their copies.</summary>
/// <remarks>A rescore with the old vector would undo the refinement.</remarks>
internal static class Splicer
{
    private static readonly NotRefined Ambiguous = new(
        RefinementOutcome.Unsupported, "a copy of the vector may belong to another field, and either all copies are replaced or none");

    /// <summary>One clause with the edits that replace its vector and all its copies; without any where it has no refined vector.</summary>
    public static RefinedClause Edit(VectorTask task, VectorResult result) =>
        result.Vector.Product is not { } vector ? new(task.Clause, result)
        : EditsFor(task, vector.Components) is { } edits ? new(task.Clause, result) { Edits = edits }
        : new(task.Clause, result with { Vector = Ambiguous });

    /// <summary>The search with the edits of its clauses.</summary>
    /// <param name="search">As received.</param>
    /// <param name="recognized">What was found in it.</param>
    /// <param name="clauses">All its clauses; of several, the first refined one stands for the search, else the first.</param>
    /// <param name="recognizeTime">Time spent to find them.</param>
    public static PreparedSearch Splice(SearchRequest search, RecognizedSearch recognized, RefinedClause[] clauses, TimeSpan recognizeTime)
    {
        RefinedClause shown = Array.Find(clauses, static clause => clause.Edits.Count > 0) ?? clauses[0];
        RefinementSummary summary = new(shown.Outcome)
        {
            Judged = shown.Judged,
            Sampled = shown.Sampled,
            Angle = shown.Angle,
            Rule = shown.Rule,
            Timings = shown.Result.Timings with { Recognize = recognizeTime },
            Detail = shown.Detail,
        };
        BodyEdit[] refined = [.. clauses.SelectMany(static clause => clause.Edits).DistinctBy(static edit => edit.Original)];
        return new PreparedSearch(search.Body, recognized.Opened?.Close(refined) ?? refined, summary)
        {
            Clauses = clauses,
            Failure = clauses.Select(static clause => clause.Failure).FirstOrDefault(static failure => failure is not null),
            MayFailInPart = Array.Exists(clauses, static clause => clause.Edits.Count > (clause.Clause.Form == KnnClauseForm.Script ? 0 : 1)),
        };
    }

    /// <summary>
    /// Turns one refined clause into edits of its own vector and of every copy, in clauses on the same field and elsewhere; null where a copy may belong to
    /// another field: then none may be replaced.
    /// </summary>
    /// <param name="task">The clause, which holds a vector or names its source, with its field and its query vector as it came in.</param>
    /// <param name="refined">The refined vector, within the field's constraints.</param>
    public static IReadOnlyList<BodyEdit>? EditsFor(VectorTask task, ReadOnlySpan<float> refined)
    {
        ReadOnlySpan<float> original = task.QueryVector;
        (RecognizedSearch search, KnnClause clause, FieldMapping mapping) = (task.ClauseTask.Recognized, task.Clause, task.Mapping);
        List<BodyEdit> edits = [];
        if (clause.Source is { } source)
        {
            AddEdits(edits, source.Place, mapping, refined);
        }
        else
        {
            edits.Add(Edit(clause.Vector, mapping, refined));
        }

        foreach (VectorPlace place in task.HiddenCopies)
        {
            AddEdits(edits, place, mapping, refined);
        }

        foreach (KnnClause twin in search.Clauses)
        {
            if (twin == clause || !IsCopy(twin, mapping, original))
            {
                continue;
            }

            switch (IsOnField(twin.Field, clause, mapping))
            {
                case true:
                    edits.Add(Edit(twin.Vector, mapping, refined));
                    break;
                case null:
                    return null;
            }
        }

        bool? hasRival = null;
        foreach (VectorLocation other in search.OtherVectors)
        {
            if (!TryRead(other, mapping, out float[] vector) || !original.SequenceEqual(vector))
            {
                continue;
            }

            bool? isCopy = other.Field is { } field ? IsOnField(field, clause, mapping)
                : (hasRival ??= HasRival(search, clause, mapping, original)) == true ? null : true;
            switch (isCopy)
            {
                case true:
                    edits.Add(Edit(other, mapping, refined));
                    break;
                case null:
                    return null;
            }
        }

        return edits;
    }

    /// <summary>Whether a name means the clause's field; null where the mapping does not tell.</summary>
    public static bool? IsOnField(string name, KnnClause clause, FieldMapping mapping) => name == clause.Field ? true : mapping.IsCalled(name);

    /// <summary>Whether a clause on another field has the same vector.</summary>
    /// <remarks>Then a copy that names no field is one of both, and each field is refined to a vector of its own.</remarks>
    private static bool HasRival(RecognizedSearch search, KnnClause clause, FieldMapping mapping, ReadOnlySpan<float> original)
    {
        foreach (KnnClause rival in search.Clauses)
        {
            if (IsOnField(rival.Field, clause, mapping) != true && (IsCopy(rival, mapping, original) || rival.Source?.IsSameAs(clause.Source) == true))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCopy(KnnClause clause, FieldMapping mapping, ReadOnlySpan<float> original) =>
        clause.HoldsVector && TryRead(clause.Vector, mapping, out float[] vector) && original.SequenceEqual(vector);

    private static bool TryRead(VectorLocation location, FieldMapping mapping, out float[] vector) =>
        VectorText.TryRead(location.Json.Span, location.Spelling, mapping.VectorType, out vector);

    private static BodyEdit Edit(VectorLocation location, FieldMapping mapping, ReadOnlySpan<float> refined) =>
        new(location.Json, VectorText.Write(refined, location.Json.Span, location.Spelling, mapping.VectorType));

    /// <summary>Replaces the member that names the vector's source with the vector.</summary>
    private static void AddEdits(List<BodyEdit> edits, VectorPlace place, FieldMapping mapping, ReadOnlySpan<float> refined)
    {
        byte[] vector = VectorText.Write(refined, [], VectorSpelling.Array, mapping.VectorType);
        edits.Add(new(place.Original, (byte[])[.. Encoding.UTF8.GetBytes(place.Before), .. vector, .. Encoding.UTF8.GetBytes(place.After)]));
        edits.AddRange(place.Others.Select(static other => new BodyEdit(other.Original, Encoding.UTF8.GetBytes(other.Replacement))));
    }
}
