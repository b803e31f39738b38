namespace EsRefine.Recognition;

/// <summary>Finds exact kNN: scripts that rank by a vector, in <c>script_score</c> and <c>function_score</c>.</summary>
internal static class ScriptClauses
{
    /// <summary><c>{"query":…,"script":…,"min_score":…}</c>: every hit matches the query.</summary>
    public static void ReadScriptScore(BodyNode options, QueryPlace place, Findings findings) =>
        Read(options, VectorScript.Read(options[BodyWord.Script], findings), place, findings);

    /// <summary><c>{"query":…,"script_score":{"script":…}}</c>, or <c>"functions":[{"filter":…,"script_score":{"script":…},"weight":2}]</c>.</summary>
    // However scores and functions are combined, the score never falls where a function's rises: neither engine takes a negative weight or score.
    public static void ReadFunctionScore(BodyNode options, QueryPlace place, Findings findings)
    {
        List<FoundClause> scripts = VectorScript.Read(options[BodyWord.ScriptScore][BodyWord.Script], findings);
        foreach (BodyNode function in options[BodyWord.Functions].Elements)
        {
            scripts.AddRange(ReadFunction(function, place, findings));
        }

        Read(options, [.. scripts.Select(static script => script with { IsBoost = true })], place, findings);
    }

    private static IEnumerable<FoundClause> ReadFunction(BodyNode function, QueryPlace place, Findings findings)
    {
        BodyNode filter = function[BodyWord.Filter];
        VectorCopies.InQueries(filter, findings);
        IReadOnlyList<EnclosingFilter> filters =   // the function scores no other hit
            EnclosingFilter.JsonOf(filter) is { IsMissing: false } json ? [new(json, NestedPath: place.NestedPath)] : [];
        return VectorScript.Read(function[BodyWord.ScriptScore][BodyWord.Script], findings)
            .Select(script => script with { Clause = script.Clause with { Filters = filters } });
    }

    /// <summary>Reads the query whose hits the scripts score, and takes the scripts.</summary>
    private static void Read(BodyNode options, List<FoundClause> scripts, QueryPlace place, Findings findings)
    {
        int clausesBefore = findings.Clauses.Count;
        QueryPlace inner = place.Enter(out FilterScope? scope);
        BodyNode query = options[BodyWord.Query];
        QueryClauses.ReadDemanded(query, inner.InBranch(0), findings);

        // Over a query with a clause of its own the script only scores what that clause found, by the same vector as a rule: a copy, not a second clause.
        int lowest = findings.LowestPrecedence(clausesBefore);
        bool hasThreshold = !options[BodyWord.MinScore].IsMissing;
        foreach (FoundClause script in scripts)
        {
            KnnScript? scoring = script.Clause.Script is { UsesScore: true } uses ? uses with { ScoredQuery = query.Json } : null;
            QueryPlace own = script.Precedence >= lowest ? QueryPlace.Unranked
                : scoring is not null ? place   // the scored query demands as much
                : inner;
            findings.Take(script with { Place = own, Clause = script.Clause with { IsRadial = hasThreshold, Script = scoring ?? script.Clause.Script } });
        }

        if (findings.Clauses.Count > clausesBefore)
        {
            scope?.DemandAll();
        }
    }
}
