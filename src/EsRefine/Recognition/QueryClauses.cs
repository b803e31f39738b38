namespace EsRefine.Recognition;

/// <summary>Finds clauses in the query DSL of both engines, in known child slots only.</summary>
// What a query demands of a hit is added to its place only where it holds a clause: of another, the query itself is the demand.
internal static class QueryClauses
{
    /// <summary>Reads one query and returns its kind.</summary>
    public static BodyWord Read(BodyNode query, QueryPlace place, Findings findings)
    {
        BodyMember kind = query.FirstMember;
        BodyNode options = kind.Value;
        findings.ExpectOneMember(query);
        switch (kind.Word)
        {
            case BodyWord.Knn when OpenSearchClauses.IsKeyedByField(options):
                OpenSearchClauses.ReadKnn(options, place, findings);
                break;
            case BodyWord.Knn:
                ElasticsearchClauses.ReadKnn(options, KnnClauseForm.Query, place, findings);
                break;
            case BodyWord.Semantic:
                ElasticsearchClauses.ReadSemantic(options, place, findings);
                break;
            case BodyWord.Neural:
                OpenSearchClauses.ReadNeural(kind, place, findings);
                break;
            case BodyWord.ScriptScore:
                ScriptClauses.ReadScriptScore(options, place, findings);
                break;
            case BodyWord.FunctionScore:
                ScriptClauses.ReadFunctionScore(options, place, findings);
                break;
            case BodyWord.Bool:
                BoolClauses.Read(options, place, findings);
                break;
            case BodyWord.Nested:
                ReadNested(options, place, findings);
                break;
            case BodyWord.HasChild or BodyWord.HasParent:
                ReadJoin(options, place, findings);
                break;
            case BodyWord.DisMax or BodyWord.Hybrid:
                ReadAlternatives(options, place, findings);
                break;
            case BodyWord.Boosting:
                Read(options[BodyWord.Positive], place, findings);
                Read(options[BodyWord.Negative], QueryPlace.Unranked, findings);
                break;
            case BodyWord.ConstantScore:   // selects hits and ranks none: all score alike
                VectorCopies.InQueries(options[BodyWord.Filter], findings);
                break;
            case BodyWord.Pinned or BodyWord.Rule:   // their fixed documents are hits whatever the organic query demands
                Read(options[BodyWord.Organic], place.AsOptional(), findings);
                break;
            case BodyWord.Script:
                VectorCopies.InScriptOf(options, findings);
                break;
            case BodyWord.TermsSet:   // {"tags":{"terms":[…],"minimum_should_match_script":…}}
                VectorCopies.InNamedHolders(options, findings);
                break;
            case BodyWord.Wrapper:
                WrapperQueries.Read(query, options, findings);
                break;
            default:
                findings.LexicalText ??= place.Ranks ? LexicalText.Of(kind.Word, options) : null;
                break;
        }

        return kind.Word;
    }

    /// <summary>Reads a query that every hit matches.</summary>
    // A query that holds a clause is no condition itself: its hits are the nearest to another vector, and those of a text-only clause need a model. Only
    // what it demands beside the clause (its filters) counts.
    public static void ReadDemanded(BodyNode query, QueryPlace place, Findings findings)
    {
        int clausesBefore = findings.Clauses.Count;
        BodyWord kind = Read(query, place, findings);
        if (findings.Clauses.Count == clausesBefore && query.IsObject && kind != BodyWord.MatchAll)
        {
            place.Demand(new EnclosingFilter(query.Json));
        }
    }

    private static void ReadNested(BodyNode options, QueryPlace place, Findings findings)
    {
        VectorCopies.InInnerHits(options[BodyWord.InnerHits], findings);
        Read(options[BodyWord.Query], place.InNested(options[BodyWord.Path].Text), findings);
    }

    private static void ReadJoin(BodyNode options, QueryPlace place, Findings findings)
    {
        VectorCopies.InInnerHits(options[BodyWord.InnerHits], findings);
        Read(options[BodyWord.Query], place.InJoin(), findings);
    }

    /// <summary><c>dis_max</c> and OpenSearch's <c>hybrid</c>, whose common <c>filter</c> every sub-query obeys.</summary>
    private static void ReadAlternatives(BodyNode options, QueryPlace place, Findings findings)
    {
        int clausesBefore = findings.Clauses.Count;
        QueryPlace inner = place.Enter(out FilterScope? scope);
        VectorCopies.InQueries(options[BodyWord.Filter], findings);
        scope?.Share(EnclosingFilter.JsonOf(options[BodyWord.Filter]));
        foreach (BodyNode query in options[BodyWord.Queries].Elements)
        {
            Read(query, inner, findings);
        }

        if (findings.Clauses.Count > clausesBefore)
        {
            scope?.DemandAll();
        }
    }
}
