using System.Text;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>The words of a search body that the walker knows: <c>must_not</c> is <see cref="MustNot"/>.</summary>
internal enum BodyWord
{
    /// <summary>Any other word.</summary>
    Unknown,
    AdjacencyMatrix, Aggregations, Aggs,
    BackgroundFilter, Bool, Boosting,
    Collapse, CombinedFields, ConstantScore,
    DisMax, Diversify,
    Embedding,
    Field, Fields, Filter, Filters, Format, From, FunctionScore, Functions,
    HasChild, HasParent, Highlight, HighlightQuery, Hybrid,
    Id, Index, InferenceId, InnerHits, Inline, Input,
    K, Knn,
    Lang, Linear, Lookup,
    Match, MatchAll, MatchPhrase, MaxDistance, MinScore, MinimumShouldMatchScript, ModelId, ModelText, MultiMatch, Must, MustNot,
    Negative, Nested, Neural, NumCandidates,
    Organic,
    Params, Path, Pinned, Pit, Positive, PostFilter,
    Queries, Query, QueryString, QueryText, QueryVector, QueryVectorBuilder,
    RandomReranker, Rescore, RescoreQuery, RescoreVector, Rescorer, Retriever, Retrievers, Routing, Rrf, Rule, RuntimeMappings,
    Script, ScriptFields, ScriptScore, SearchAfter, SearchPipeline, Semantic, Should, Similarity, SimpleQueryString, Size, Sort, Source, Standard, SubSearches,
    TermsSet, TextEmbedding, TextSimilarityReranker, Timeout, TopHits, Type,
    Value, Vector,
    Wrapper,
}

/// <summary>Looks words up by their bytes.</summary>
internal static class BodyWords
{
    // By length, then by comparison: a handful of candidates each, no hashing, no strings.
    private static readonly (byte[] Name, BodyWord Word)[][] ByLength = Build();

    /// <summary>The word that the name is; <see cref="BodyWord.Unknown"/> for others and for names spelled with escapes.</summary>
    public static BodyWord Of(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach ((byte[] known, BodyWord word) in ByLength[name.Length])
            {
                if (name.SequenceEqual(known))
                {
                    return word;
                }
            }
        }

        return BodyWord.Unknown;
    }

    private static (byte[] Name, BodyWord Word)[][] Build()
    {
        ILookup<int, (byte[] Name, BodyWord Word)> words = Enum.GetValues<BodyWord>()
            .Skip(1)
            .Select(static word => (Name: Encoding.UTF8.GetBytes(JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString())), Word: word))
            .Append((Name: "mustNot"u8.ToArray(), Word: BodyWord.MustNot))   // Elasticsearch 9.4 still takes it
            .ToLookup(static word => word.Name.Length);
        return [.. Enumerable.Range(0, words.Max(static group => group.Key) + 1).Select(length => words[length].ToArray())];
    }
}
