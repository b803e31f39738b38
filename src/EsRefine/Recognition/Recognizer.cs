using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>Finds the kNN clauses of a search body.</summary>
// A map, from the outside in:
//   BodyView, BodyNode       the body as a tree whose values know their bytes
//   QueryClauses             the query DSL; BoolClauses and ScriptClauses are its larger kinds, RetrieverClauses the trees of retrievers
//   ElasticsearchClauses, OpenSearchClauses, VectorBuilders, VectorScript    what holds a vector, or stands for one
//   QueryPlace, FilterScope  what follows from the place of a clause: whether it ranks, and the filters around it
//   VectorCopies, AggregationVectors    places that hold vectors but rank nothing by themselves
//   Findings, ClauseSelection    what has been found, and which clauses of it are those of the search
internal static class Recognizer
{
    /// <summary>Cheap byte scan: false = the body cannot hold a kNN clause.</summary>
    // A key may also be spelled with escapes ("\u006bnn"). No client does so. Such a body is forwarded unchanged.
    public static bool MayHoldKnn(ReadOnlySpan<byte> body) =>
        body.IndexOf("\"knn\""u8) >= 0 || body.IndexOf("\"script_score\""u8) >= 0 || body.IndexOf("\"neural\""u8) >= 0 || body.IndexOf("\"semantic\""u8) >= 0
        || body.IndexOf("\"wrapper\""u8) >= 0;

    /// <summary>
    /// Reads the body through known child slots only, into the queries of its wrappers too. Null: no kNN clause, or a body that is not strict JSON or that the
    /// cluster rejects.
    /// </summary>
    public static RecognizedSearch? Recognize(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Recognize(body, opened: null);
        }
        catch (JsonException)
        {
            // Comments, trailing commas, a byte order mark, too deep, or broken: the cluster decides about these.
            return null;
        }
    }

    private static RecognizedSearch? Recognize(ReadOnlyMemory<byte> body, OpenedBody? opened)
    {
        Findings findings = new();
        using BodyView view = new(body);
        RecognizedSearch? search = Read(view.Root, findings);
        if (findings.Wrappers is not { } wrappers)
        {
            return opened is null || search is null ? search : search with { Opened = opened };
        }

        return OpenedBody.Open(body, wrappers, opened) is { } next
            ? Recognize(next.Bytes, next)
            : search is null ? null : search with { Opened = opened, HidesVectors = true };
    }

    /// <summary>What the body holds; null where no clause ranks, or where the cluster rejects such a body.</summary>
    private static RecognizedSearch? Read(BodyNode body, Findings findings)
    {
        FilterScope scope = new(QueryPlace.Unranked);
        QueryPlace place = QueryPlace.In(scope);
        foreach (BodyMember member in body.Members)
        {
            switch (member.Word)
            {
                case BodyWord.Query:
                    QueryClauses.Read(member.Value, place, findings);
                    break;
                case BodyWord.Knn:
                    foreach (BodyNode clause in member.Value.Elements)
                    {
                        ElasticsearchClauses.ReadKnn(clause, KnnClauseForm.TopLevel, place, findings);
                    }

                    break;
                case BodyWord.Retriever:
                    RetrieverClauses.Read(member.Value, place, findings);
                    break;
                case BodyWord.SubSearches:
                    foreach (BodyNode search in member.Value.Elements)
                    {
                        QueryClauses.Read(search[BodyWord.Query], place, findings);
                    }

                    break;
                case BodyWord.Filter or BodyWord.PostFilter:
                    VectorCopies.InQueries(member.Value, findings);
                    break;
                case BodyWord.Rescore:
                    VectorCopies.InRescore(member.Value, findings);
                    break;
                case BodyWord.Aggs or BodyWord.Aggregations:
                    AggregationVectors.Read(member.Value, findings);
                    break;
                case BodyWord.RuntimeMappings:
                    VectorCopies.InNamedHolders(member.Value, findings);
                    break;
                case BodyWord.SearchAfter:
                    findings.HasSearchAfter |= !member.Value.IsNull;
                    break;
                default:
                    VectorCopies.InHitOption(member, findings);
                    break;
            }
        }

        scope.Share(EnclosingFilter.JsonOf(body[BodyWord.Filter]));   // of _knn_search: a sibling of its knn
        scope.Share(EnclosingFilter.JsonOf(body[BodyWord.PostFilter]));
        ClauseSelection.Apply(findings);
        return Clauses(findings) is { Length: > 0 } clauses
            ? new RecognizedSearch
            {
                Clauses = clauses,
                OtherVectors = findings.OtherVectors,
                HiddenVectors = findings.HiddenVectors,
                HidesVectors = findings.HidesVectors,
                HasSearchAfter = findings.HasSearchAfter,
                LexicalText = findings.LexicalText,
                PointInTime = body[BodyWord.Pit].Json,
                SearchPipeline = body[BodyWord.SearchPipeline].Json,
                RuntimeMappings = body[BodyWord.RuntimeMappings].Json,
                Size = body[BodyWord.Size].Integer,
                From = body[BodyWord.From].Integer,
            }
            : null;
    }

    /// <summary>The clauses with what follows from their places; none where the body is refused.</summary>
    private static KnnClause[] Clauses(Findings findings)
    {
        KnnClause[] clauses = new KnnClause[findings.Clauses.Count];
        for (int i = 0; i < clauses.Length && !findings.IsRefused; i++)
        {
            if (findings.Clauses[i].Complete() is { } clause)
            {
                clauses[i] = clause;
            }
            else
            {
                findings.Refuse();
            }
        }

        return findings.IsRefused ? [] : clauses;
    }
}
