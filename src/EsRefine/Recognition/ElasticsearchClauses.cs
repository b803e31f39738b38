namespace EsRefine.Recognition;

/// <summary>Reads Elasticsearch's clauses, which name their field in a member: <c>{"field": …, "query_vector": …}</c>.</summary>
internal static class ElasticsearchClauses
{
    /// <summary><c>{"field":"vec","query_vector":[…],"k":10,"num_candidates":100,"filter":…}</c>: top-level, as a query, and as a retriever.</summary>
    public static void ReadKnn(BodyNode clause, KnnClauseForm form, QueryPlace place, Findings findings)
    {
        BodyNode filter = clause[BodyWord.Filter];
        VectorCopies.InQueries(filter, findings);
        VectorCopies.InInnerHits(clause[BodyWord.InnerHits], findings);

        string? field = clause[BodyWord.Field].Text;
        VectorLocation? vector = VectorLocation.In(clause[BodyWord.QueryVector]);
        BodyMember builder = clause.Member(BodyWord.QueryVectorBuilder);
        bool hasBuilder = builder.Value.IsObject;
        if (field is null || vector.HasValue == hasBuilder)
        {
            findings.Note(vector, field);   // the cluster refuses the search
            return;
        }

        (string? text, VectorSource? source) = VectorBuilders.Read(builder);
        KnnClause knn = new()
        {
            Dialect = EngineDialect.Elasticsearch,
            Form = hasBuilder && source is null ? KnnClauseForm.TextOnly : form,
            Field = field,
            Vector = vector.GetValueOrDefault() with { Field = field },
            Source = source,
            K = clause[BodyWord.K].Integer,
            NumCandidates = clause[BodyWord.NumCandidates].Integer,
            Text = text,
            IsRadial = !clause[BodyWord.Similarity].IsMissing,
            Filters = EnclosingFilter.Own(EnclosingFilter.JsonOf(filter)),
        };
        findings.Take(new(knn, place));
    }

    /// <summary><c>semantic</c>: <c>{"field":"f","query":"text"}</c>.</summary>
    public static void ReadSemantic(BodyNode query, QueryPlace place, Findings findings)
    {
        if (query[BodyWord.Field].Text is { } field)
        {
            KnnClause semantic = new()
            {
                Dialect = EngineDialect.Elasticsearch,
                Form = KnnClauseForm.TextOnly,
                Field = field,
                Text = query[BodyWord.Query].Text,
            };
            findings.Take(new(semantic, place));
        }
    }
}
