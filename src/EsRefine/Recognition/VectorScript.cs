namespace EsRefine.Recognition;

/// <summary>Reads what a script does with vectors.</summary>
internal static class VectorScript
{
    /// <summary>Reads a script. Vectors outside the clauses are recorded as possible copies.</summary>
    /// <returns>
    /// Exact kNN, one clause for each of its vectors, or one that cannot be refined, with the reason; none where it compares no vectors, or is missing.
    /// Their place ranks nothing; the caller sets the real one.
    /// </returns>
    public static List<FoundClause> Read(BodyNode script, Findings findings)
    {
        if (script.IsMissing)
        {
            return [];
        }

        string? source = (script.IsString ? script : script[BodyWord.Source]).Text ?? script[BodyWord.Inline].Text;   // "inline" is old but still accepted
        string? language = script[BodyWord.Lang].Text;
        ScriptParameters parameters = ScriptParameters.Read(script[BodyWord.Params], findings);
        findings.CountSource(source);
        return findings.IsRefused ? []
            : language == "knn" ? ReadKnnScore(script, source, parameters, findings)
            : ReadPainless(script, new PainlessScript(source ?? ""), parameters, findings);
    }

    /// <summary>OpenSearch's <c>knn_score</c>: <c>{"field":"vec","query_value":[…],"space_type":"l2"}</c>.</summary>
    private static List<FoundClause> ReadKnnScore(BodyNode script, string? source, ScriptParameters parameters, Findings findings)
    {
        string? field = parameters.TextOf("field");
        string? space = parameters.TextOf("space_type")?.ToLowerInvariant();
        VectorFunction? function = space switch
        {
            "l2" => VectorFunction.EuclideanDistance,
            "cosinesimil" => VectorFunction.Cosine,
            "innerproduct" => VectorFunction.DotProduct,
            "l1" => VectorFunction.ManhattanDistance,
            "linf" => VectorFunction.LargestDifference,
            _ => null,
        };
        List<FoundClause> clauses = [];
        foreach (ScriptParameter parameter in parameters.All)
        {
            if (!parameter.IsArray)
            {
                continue;
            }

            if (parameter.Name == "query_value" && source == "knn_score" && field is not null && function is { } known)
            {
                clauses.Add(new(Refinable(EngineDialect.OpenSearch, field, parameter.Value, script.Json, known, usesScore: false), QueryPlace.Unranked));
            }
            else
            {
                findings.Note(parameter.Value, field);
            }
        }

        if (clauses.Count == 0 && source == "knn_score")
        {
            KnnClause opaque = Opaque(EngineDialect.OpenSearch, field, $"knn_score of this field, vector and space ('{space}') is not refined");
            clauses.Add(new(opaque, QueryPlace.Unranked));
        }

        return clauses;
    }

    private static List<FoundClause> ReadPainless(BodyNode script, PainlessScript source, ScriptParameters parameters, Findings findings)
    {
        List<VectorCall> calls = [];
        foreach (VectorCall call in source.Calls)
        {
            calls.Add(call.FieldParameter is { } named ? call with { Field = parameters.TextOf(named) } : call);
            findings.HidesVectors |= call.Function is not null && !parameters.Contains(call.Parameter);   // written out in the source, or in an array of arrays
        }

        string? reason = ReasonNotRefined(source, calls, parameters);
        List<FoundClause> clauses = [];
        foreach (ScriptParameter parameter in parameters.All)
        {
            List<VectorCall> uses = calls.FindAll(call => call.Parameter == parameter.Name);
            string[] fields = [.. uses.Select(static use => use.Field).OfType<string>().Distinct()];
            if (uses.Count > 0 && reason is null)
            {
                // A call that depends on the vector's length takes precedence.
                VectorFunction function = (uses.Find(static use => use.Function != VectorFunction.Cosine) ?? uses[0]).Function!.Value;
                KnnClause clause = Refinable(uses[0].Dialect, fields[0], parameter.Value, script.Json, function, source.UsesScore);
                clauses.Add(new(clause, QueryPlace.Unranked) { OtherFields = fields[1..] });
            }
            else if (uses.Count > 0 || parameter.IsArray)
            {
                findings.Note(parameter.Value, fields.Length == 1 ? fields[0] : null);   // compared with several fields, it belongs to none
            }
        }

        if (reason is not null)
        {
            KnnClause opaque = Opaque(calls.FirstOrDefault()?.Dialect ?? EngineDialect.Elasticsearch, calls.FirstOrDefault()?.Field, reason);
            clauses.Add(new(opaque, QueryPlace.Unranked));
        }

        return clauses;
    }

    /// <summary>Why a script that ranks by vectors is not refined; null where it may be, or compares none.</summary>
    private static string? ReasonNotRefined(PainlessScript script, List<VectorCall> calls, ScriptParameters parameters)
    {
        foreach (VectorCall call in calls)
        {
            if (call.Function is null)
            {
                return $"the script computes '{call.Name}', which compares bits or many vectors at once: only a single vector can be refined";
            }

            if (call.Field is null || !parameters.Contains(call.Parameter))
            {
                return $"a vector or a field in the call of '{call.Name}' cannot be traced to a parameter of the script";
            }
        }

        return calls.Count == 0 && script.ReadsComponents && parameters.HasArrays
            ? "the script computes with the components of the vectors itself"
            : null;
    }

    private static KnnClause Refinable(
        EngineDialect dialect, string field, VectorLocation vector, BodySlice script, VectorFunction function, bool usesScore) => new()
        {
            Dialect = dialect,
            Form = KnnClauseForm.Script,
            Field = field,
            Vector = vector with { Field = field },
            Script = new(script, function, usesScore),
        };

    /// <summary>A clause of a script that is not refined.</summary>
    public static KnnClause Opaque(EngineDialect dialect, string? field, string reason) => new()
    {
        Dialect = dialect,
        Form = KnnClauseForm.OpaqueScript,
        Field = field ?? "",
        ReasonNotRefined = reason,
    };
}
