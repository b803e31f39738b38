namespace EsRefine.Recognition;

/// <summary>Decides which of the clauses found are those of the search, once all of it has been read.</summary>
internal static class ClauseSelection
{
    /// <summary>Removes the clauses that only copy a vector, and records their vectors as possible copies.</summary>
    public static void Apply(Findings findings)
    {
        List<FoundClause> clauses = findings.Clauses;
        if (clauses.Count > 1)
        {
            KeepLowestPrecedence(clauses, findings);
        }

        for (int i = 0; i < clauses.Count; i++)
        {
            if (clauses[i].OtherFields.Length > 0 && HasVectorOfOtherField(clauses[i].Clause.Field, findings))
            {
                FoundClause scattered = clauses[i];
                const string Reason = "the script compares one vector with several fields, beside which the search compares one with another field alone";
                clauses[i] = new(VectorScript.Opaque(scattered.Clause.Dialect, scattered.Clause.Field, Reason), scattered.Place);
                findings.NoteVectorsOf(scattered);
            }
        }
    }

    private static void KeepLowestPrecedence(List<FoundClause> clauses, Findings findings)
    {
        int lowest = findings.LowestPrecedence(first: 0);
        foreach (FoundClause copy in clauses.FindAll(clause => clause.Precedence > lowest))
        {
            findings.NoteVectorsOf(copy);
            clauses.Remove(copy);
        }
    }

    /// <summary>One vector for several fields is refined for the first of them. A copy that is compared with another one alone could not follow.</summary>
    private static bool HasVectorOfOtherField(string field, Findings findings) =>
        findings.Clauses.Exists(other => other.Clause.HoldsVector && other.Clause.Vector.Field is { } own && own != field)
        || findings.OtherVectors.Any(other => other.Field is { } own && own != field);
}
