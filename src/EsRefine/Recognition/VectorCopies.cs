namespace EsRefine.Recognition;

/// <summary>
/// Notes the vectors of places that rank nothing by themselves: rescore, highlighting, sorts, filters, scripts. Copies change together.
/// </summary>
internal static class VectorCopies
{
    /// <summary>Those of one query, or of an array of queries.</summary>
    public static void InQueries(BodyNode queries, Findings findings)
    {
        foreach (BodyNode query in queries.Elements)
        {
            QueryClauses.Read(query, QueryPlace.Unranked, findings);
        }
    }

    public static void InScript(BodyNode script, Findings findings)
    {
        foreach (FoundClause clause in VectorScript.Read(script, findings))
        {
            findings.Take(clause);
        }
    }

    /// <summary>Those of <c>{"script":…}</c>.</summary>
    public static void InScriptOf(BodyNode holder, Findings findings) => InScript(holder[BodyWord.Script], findings);

    /// <summary>Those of options that shape a hit in the reply. The body, inner hits, <c>top_hits</c> and retrievers share these keys.</summary>
    public static void InHitOption(BodyMember option, Findings findings)
    {
        switch (option.Word)
        {
            case BodyWord.Highlight:
                InQueries(option.Value[BodyWord.HighlightQuery], findings);
                InNamedHolders(option.Value[BodyWord.Fields], findings);
                break;
            case BodyWord.Sort or BodyWord.ScriptFields:   // [{"_script":{"script":…}},{"offer.price":{"nested":{"filter":…}}}] and {"name":{"script":…}}
                InNamedHolders(option.Value, findings);
                break;
            case BodyWord.Collapse:
                InInnerHits(option.Value[BodyWord.InnerHits], findings);
                InHitOptions(option.Value, findings);
                break;
            default:
                break;
        }
    }

    public static void InHitOptions(BodyNode options, Findings findings)
    {
        foreach (BodyMember option in options.Members)
        {
            InHitOption(option, findings);
        }
    }

    public static void InInnerHits(BodyNode definitions, Findings findings)
    {
        foreach (BodyNode definition in definitions.Elements)
        {
            InHitOptions(definition, findings);
        }
    }

    /// <summary>Those of <c>[{"window_size":50,"query":{"rescore_query":…}},{"script":{"script":…}}]</c>.</summary>
    public static void InRescore(BodyNode rescorers, Findings findings)
    {
        foreach (BodyNode rescorer in rescorers.Elements)
        {
            InHolder(rescorer[BodyWord.Query], findings);
            InScriptOf(rescorer[BodyWord.Script], findings);
        }
    }

    /// <summary>Those of objects, or of arrays of them, whose keys are names and whose values hold queries or scripts.</summary>
    public static void InNamedHolders(BodyNode holders, Findings findings)
    {
        foreach (BodyNode named in holders.Elements)
        {
            foreach (BodyMember holder in named.Members)
            {
                InHolder(holder.Value, findings);
            }
        }
    }

    /// <summary>Those of an object that holds queries under <c>rescore_query</c>, <c>highlight_query</c> or <c>filter</c>, or scripts.</summary>
    private static void InHolder(BodyNode holder, Findings findings)
    {
        foreach (BodyMember member in holder.Members)
        {
            switch (member.Word)
            {
                case BodyWord.RescoreQuery or BodyWord.HighlightQuery or BodyWord.Filter:
                    InQueries(member.Value, findings);
                    break;
                case BodyWord.Nested:
                    InHolder(member.Value, findings);
                    break;
                case BodyWord.Script or BodyWord.MinimumShouldMatchScript:
                    InScript(member.Value, findings);
                    break;
                default:
                    break;
            }
        }
    }
}
