using EsRefine.Vectors;

namespace EsRefine.Recognition;

/// <summary>Reads OpenSearch's clauses, which are keyed by their field: <c>{"&lt;field&gt;": {"vector": …}}</c>.</summary>
internal static class OpenSearchClauses
{
    /// <summary>Whether a <c>knn</c> query is OpenSearch's: it has exactly one key, whose value is an object.</summary>
    public static bool IsKeyedByField(BodyNode knn)
    {
        BodyMember first = knn.FirstMember;
        return first.Value.IsObject
            && (first.Word is not (BodyWord.Filter or BodyWord.QueryVectorBuilder or BodyWord.RescoreVector or BodyWord.InnerHits)
                || !knn.HasSeveralMembers);   // a key of Elasticsearch's clause, unless it is the only one: then a field of that name
    }

    /// <summary><c>{"vec":{"vector":[…],"k":10,"filter":…}}</c>.</summary>
    public static void ReadKnn(BodyNode knn, QueryPlace place, Findings findings)
    {
        findings.ExpectOneMember(knn);
        BodyMember first = knn.FirstMember;
        BodyNode clause = first.Value;
        BodyNode filter = clause[BodyWord.Filter];
        VectorCopies.InQueries(filter, findings);

        // OpenSearch takes arrays only; a string is a placeholder that a pipeline fills.
        if (first.Name is not { } field || VectorLocation.In(clause[BodyWord.Vector]) is not { Spelling: VectorSpelling.Array } vector)
        {
            return;
        }

        KnnClause found = new()
        {
            Dialect = EngineDialect.OpenSearch,
            Form = KnnClauseForm.Query,
            Field = field,
            Vector = vector with { Field = field },
            K = clause[BodyWord.K].Integer,
            IsRadial = IsRadial(clause),
            Filters = EnclosingFilter.Own(EnclosingFilter.JsonOf(filter)),
        };
        findings.Take(new(found, place));
    }

    /// <summary><c>{"neural":{"vec":{"query_text":"…","model_id":"…","k":10}}}</c>.</summary>
    public static void ReadNeural(BodyMember neural, QueryPlace place, Findings findings)
    {
        BodyMember first = neural.Value.FirstMember;
        if (first.IsMissing)
        {
            return;
        }

        findings.ExpectOneMember(neural.Value);
        BodyNode clause = first.Value;
        BodyNode filter = clause[BodyWord.Filter];
        VectorCopies.InQueries(filter, findings);
        if (first.Name is not { } field)
        {
            return;
        }

        TextToEmbed? source = SourceOf(neural, clause);
        KnnClause found = new()
        {
            Dialect = EngineDialect.OpenSearch,
            Form = source is null ? KnnClauseForm.TextOnly : KnnClauseForm.Query,
            Field = field,
            Source = source,
            Text = clause[BodyWord.QueryText].Text,
            K = clause[BodyWord.K].Integer,
            IsRadial = IsRadial(clause),
            Filters = EnclosingFilter.Own(EnclosingFilter.JsonOf(filter)),
        };
        findings.Take(new(found, place));
    }

    private static bool IsRadial(BodyNode clause) => !clause[BodyWord.MinScore].IsMissing || !clause[BodyWord.MaxDistance].IsMissing;

    /// <summary>The text of a <c>neural</c> query that means the same as <c>knn</c> with the text's vector; null for another (an image, tokens).</summary>
    // The engine itself makes a knn of it, with a k of 10 where nothing bounds the hits.
    private static TextToEmbed? SourceOf(BodyMember neural, BodyNode clause)
    {
        BodyMember text = clause.Member(BodyWord.QueryText);
        BodyMember model = clause.Member(BodyWord.ModelId);
        string? modelId = model.Value.Text;
        if (text.Value.Text is not { } content || string.IsNullOrWhiteSpace(content) || (!model.IsMissing && modelId is null) || !IsForKnn(clause))
        {
            return null;
        }

        string defaultK = clause[BodyWord.K].IsMissing && !IsRadial(clause) ? ",\"k\":10" : "";
        return new(TextForm.Neural, modelId, content, new(text.Json, "\"vector\":", defaultK)
        {
            Others = model.IsMissing
                ? [(neural.NameJson, "\"knn\"")]
                : [(neural.NameJson, "\"knn\""), (WithComma(model.Json, clause.Body), "")],
        });
    }

    /// <summary>Whether <c>knn</c> has all members of a <c>neural</c> query but its text and model.</summary>
    private static bool IsForKnn(BodyNode clause)
    {
        foreach (BodyMember member in clause.Members)
        {
            if (member.Word is not (BodyWord.QueryText or BodyWord.ModelId or BodyWord.K or BodyWord.Filter or BodyWord.MinScore or BodyWord.MaxDistance
                or BodyWord.Rescore or BodyWord.Boost or BodyWord.Name or BodyWord.MethodParameters or BodyWord.ExpandNestedDocs))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A member of an object that has others, with the comma that parts it from the next one, or else from the one before.</summary>
    private static BodySlice WithComma(BodySlice member, ReadOnlyMemory<byte> body)
    {
        int next = member.End + body.Span[member.End..].IndexOfAnyExcept(" \t\r\n"u8);
        if (body.Span[next] == ',')
        {
            return new(body, member.Start, next + 1 - member.Start);
        }

        int comma = body.Span[..member.Start].LastIndexOf((byte)',');
        return new(body, comma, member.End - comma);
    }
}
