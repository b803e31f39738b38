using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Reissue;

/// <summary>Turns one refined clause into edits of the body: its own vector and every copy of it, in clauses on the same field and elsewhere.</summary>
/// <remarks>A rescore with the old vector would undo the refinement.</remarks>
internal static class ClauseEdits
{
    /// <summary>The edits, or null where not all copies can be told from those of another clause: then none may be replaced.</summary>
    /// <param name="body">The body as it came in.</param>
    /// <param name="search">What was recognized in it.</param>
    /// <param name="clause">One of its clauses, which holds a vector or says where to look it up.</param>
    /// <param name="mapping">The clause's field.</param>
    /// <param name="original">The clause's query vector as it came in.</param>
    /// <param name="refined">The refined vector, within the field's constraints.</param>
    public static IReadOnlyList<BodyEdit>? For(
        ReadOnlySpan<byte> body, RecognizedSearch search, KnnClause clause, FieldMapping mapping, ReadOnlySpan<float> original, ReadOnlySpan<float> refined)
    {
        List<BodyEdit> edits = [clause.Lookup is { } lookup ? Edit(lookup, mapping, refined) : Edit(body, clause.Vector, mapping, refined)];
        foreach (KnnClause twin in search.Clauses)
        {
            if (twin != clause && (twin.Field == clause.Field || twin.Field == mapping.Field) && IsCopy(body, twin, mapping, original))
            {
                edits.Add(Edit(body, twin.Vector, mapping, refined));
            }
        }

        foreach (VectorLocation other in search.OtherVectors)
        {
            if (!(MayBeFor(other, clause) || other.Field == mapping.Field) || !TryRead(body, other, mapping, out float[] vector) || !original.SequenceEqual(vector))
            {
                continue;
            }

            foreach (KnnClause rival in search.Clauses)
            {
                if (rival.Field != clause.Field && rival.Field != mapping.Field && MayBeFor(other, rival) && IsCopy(body, rival, mapping, original))
                {
                    return null;   // a copy of both, and each field is refined to a vector of its own
                }
            }

            edits.Add(Edit(body, other, mapping, refined));
        }

        return edits;
    }

    private static bool MayBeFor(VectorLocation copy, KnnClause clause) => copy.Field is null || copy.Field == clause.Field;

    private static bool IsCopy(ReadOnlySpan<byte> body, KnnClause clause, FieldMapping mapping, ReadOnlySpan<float> original) =>
        clause.Form != KnnClauseForm.TextOnly && TryRead(body, clause.Vector, mapping, out float[] vector) && original.SequenceEqual(vector);

    private static bool TryRead(ReadOnlySpan<byte> body, VectorLocation location, FieldMapping mapping, out float[] vector) =>
        VectorText.TryRead(location.Range.Of(body), location.Spelling, mapping, out vector);

    private static BodyEdit Edit(ReadOnlySpan<byte> body, VectorLocation location, FieldMapping mapping, ReadOnlySpan<float> refined) =>
        new(location.Range, VectorText.Write(refined, location.Range.Of(body), location.Spelling, mapping));

    /// <summary>The builder gives way to the vector itself: one member for another.</summary>
    private static BodyEdit Edit(VectorLookup lookup, FieldMapping mapping, ReadOnlySpan<float> refined) =>
        new(lookup.Range, (byte[])[.. "\"query_vector\":"u8, .. VectorText.Write(refined, [], VectorSpelling.Array, mapping)]);
}
