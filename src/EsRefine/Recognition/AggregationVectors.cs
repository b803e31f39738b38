namespace EsRefine.Recognition;

/// <summary>Notes the vectors of aggregations: of their filters, scripts and top hits.</summary>
internal static class AggregationVectors
{
    /// <summary><c>{"name":{"filter":…,"aggs":{…}}}</c>.</summary>
    public static void Read(BodyNode aggregations, Findings findings)
    {
        foreach (BodyMember aggregation in aggregations.Members)
        {
            foreach (BodyMember member in aggregation.Value.Members)
            {
                switch (member.Word)
                {
                    case BodyWord.Filter:
                        VectorCopies.InQueries(member.Value, findings);
                        break;
                    case BodyWord.Filters or BodyWord.AdjacencyMatrix:
                        ReadBuckets(member.Value[BodyWord.Filters], findings);
                        break;
                    case BodyWord.TopHits:
                        VectorCopies.InHitOptions(member.Value, findings);
                        break;
                    case BodyWord.Aggs or BodyWord.Aggregations:
                        Read(member.Value, findings);
                        break;
                    default:
                        ReadOptions(member.Value, findings);
                        break;
                }
            }
        }
    }

    /// <summary><c>{"name":query,…}</c> or <c>[query,…]</c>.</summary>
    private static void ReadBuckets(BodyNode filters, Findings findings)
    {
        if (!filters.IsObject)
        {
            VectorCopies.InQueries(filters, findings);
        }

        foreach (BodyMember bucket in filters.Members)
        {
            VectorCopies.InQueries(bucket.Value, findings);
        }
    }

    /// <summary>
    /// <c>{"script":…}</c>, <c>{"background_filter":…}</c>, <c>{"params":…,"map_script":…}</c>, <c>{"sources":[{"name":{"terms":{"script":…}}}]}</c>.
    /// </summary>
    private static void ReadOptions(BodyNode options, Findings findings)
    {
        foreach (BodyNode option in options.Elements)
        {
            foreach (BodyMember member in option.Members)
            {
                switch (member.Word)
                {
                    case BodyWord.Filter or BodyWord.BackgroundFilter:
                        VectorCopies.InQueries(member.Value, findings);
                        break;
                    case BodyWord.Script:
                        VectorCopies.InScript(member.Value, findings);
                        break;
                    case BodyWord.Params:   // of scripts that stand beside them
                        ReadParameters(member.Value, findings);
                        break;
                    default:
                        ReadOptions(member.Value, findings);
                        break;
                }
            }
        }
    }

    private static void ReadParameters(BodyNode parameters, Findings findings)
    {
        foreach (ScriptParameter parameter in ScriptParameters.Read(parameters, findings).All)
        {
            findings.Note(parameter.IsArray ? parameter.Value : null, field: null);
        }
    }
}
