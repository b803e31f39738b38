using System.Text;
using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Reissue;

/// <summary>Turns one refined clause into edits of the body: its own vector and every copy of it, in clauses on the same field and elsewhere.</summary>
/// <remarks>A rescore with the old vector would undo the refinement.</remarks>
internal static class ClauseEdits
{
    /// <summary>The edits, or null where not all copies can be told from vectors of another field: then none may be replaced.</summary>
    /// <param name="task">The clause, which holds a vector or says where to have it from, with its field and its query vector as it came in.</param>
    /// <param name="refined">The refined vector, within the field's constraints.</param>
    public static IReadOnlyList<BodyEdit>? For(VectorTask task, ReadOnlySpan<float> refined)
    {
        ReadOnlySpan<float> original = task.QueryVector;
        (RecognizedSearch search, KnnClause clause, FieldMapping mapping) = (task.Of.Recognized, task.Clause, task.Mapping);
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

    /// <summary>Whether a name means the clause's field; null where nothing tells.</summary>
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

    /// <summary>What stands for the vector gives way to the vector itself: one member for another.</summary>
    private static void AddEdits(List<BodyEdit> edits, VectorPlace place, FieldMapping mapping, ReadOnlySpan<float> refined)
    {
        byte[] vector = VectorText.Write(refined, [], VectorSpelling.Array, mapping.VectorType);
        edits.Add(new(place.Original, (byte[])[.. Encoding.UTF8.GetBytes(place.Before), .. vector, .. Encoding.UTF8.GetBytes(place.After)]));
        edits.AddRange(place.Others.Select(static other => new BodyEdit(other.Original, Encoding.UTF8.GetBytes(other.Replacement))));
    }
}
