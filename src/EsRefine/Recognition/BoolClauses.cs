namespace EsRefine.Recognition;

/// <summary>Finds clauses in a <c>bool</c> query, and the filters that it puts around them.</summary>
internal static class BoolClauses
{
    public static void Read(BodyNode options, QueryPlace place, Findings findings)
    {
        int clausesBefore = findings.Clauses.Count;
        QueryPlace inner = place.Enter(out FilterScope? scope);
        foreach (BodyMember member in options.Members)
        {
            switch (member.Word)
            {
                case BodyWord.Must:
                    ReadMust(member.Value, inner, scope, findings);
                    break;
                case BodyWord.Should:
                    foreach (BodyNode query in member.Value.Elements)
                    {
                        QueryClauses.Read(query, inner, findings);
                    }

                    break;
                case BodyWord.Filter or BodyWord.MustNot:
                    VectorCopies.InQueries(member.Value, findings);
                    scope?.Share(EnclosingFilter.JsonOf(member.Value), isNegated: member.Word == BodyWord.MustNot);
                    break;
                default:
                    break;
            }
        }

        if (findings.Clauses.Count > clausesBefore)
        {
            scope?.DemandAll();
        }
    }

    private static void ReadMust(BodyNode must, QueryPlace inner, FilterScope? scope, Findings findings)
    {
        int clausesBefore = findings.Clauses.Count;
        int filtersBefore = scope?.Count ?? 0;
        int branch = 0;
        foreach (BodyNode query in must.Elements)
        {
            QueryClauses.ReadDemanded(query, inner.InBranch(branch++), findings);
        }

        if (findings.Clauses.Count == clausesBefore)
        {
            scope?.Merge(filtersBefore, must.Json);   // no clause in any: the array as it is, one condition
        }
    }
}
