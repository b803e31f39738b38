namespace EsRefine.Recognition;

/// <summary>Finds clauses in Elasticsearch's retriever trees.</summary>
internal static class RetrieverClauses
{
    /// <summary>One retriever: an object whose only key is its type, or <c>{"retriever":…,"weight":…}</c> inside <c>rrf</c> and <c>linear</c>.</summary>
    public static void Read(BodyNode retriever, QueryPlace place, Findings findings)
    {
        foreach (BodyMember member in retriever.Members)
        {
            switch (member.Word)
            {
                case BodyWord.Retriever:
                    Read(member.Value, place, findings);
                    break;
                case BodyWord.Knn:
                    ElasticsearchClauses.ReadKnn(member.Value, KnnClauseForm.Retriever, place, findings);
                    break;
                case BodyWord.Standard or BodyWord.Rrf or BodyWord.Linear or BodyWord.TextSimilarityReranker or BodyWord.Rule or BodyWord.Rescorer
                    or BodyWord.Pinned or BodyWord.Diversify or BodyWord.RandomReranker:
                    ReadOptions(member.Value, place, findings);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The types share their keys: children in <c>retriever</c> or <c>retrievers</c>, or a <c>query</c>, under a common <c>filter</c>.</summary>
    private static void ReadOptions(BodyNode options, QueryPlace place, Findings findings)
    {
        QueryPlace inner = place;
        BodySlice filter = EnclosingFilter.JsonOf(options[BodyWord.Filter]);
        if (!filter.IsMissing)
        {
            inner = place.Enter(out FilterScope? scope);
            scope?.Share(filter);
        }

        foreach (BodyMember member in options.Members)
        {
            switch (member.Word)
            {
                case BodyWord.Query when member.Value.IsObject:   // in rrf and linear it may be a string
                    QueryClauses.Read(member.Value, inner, findings);
                    break;
                case BodyWord.Retriever:
                    Read(member.Value, inner, findings);
                    break;
                case BodyWord.Retrievers:
                    foreach (BodyNode child in member.Value.Elements)
                    {
                        Read(child, inner, findings);
                    }

                    break;
                case BodyWord.Filter:
                    VectorCopies.InQueries(member.Value, findings);
                    break;
                case BodyWord.Rescore:
                    VectorCopies.InRescore(member.Value, findings);
                    break;
                case BodyWord.SearchAfter:   // of a standard retriever
                    findings.HasSearchAfter |= !member.Value.IsNull;
                    break;
                default:
                    VectorCopies.InHitOption(member, findings);
                    break;
            }
        }

        // The vector that diversify compares the hits with.
        string? field = options[BodyWord.Field].Text;
        findings.Note(VectorLocation.In(options[BodyWord.QueryVector]), field);
        findings.Note(VectorBuilders.Read(options.Member(BodyWord.QueryVectorBuilder)).Source, field);
    }
}
