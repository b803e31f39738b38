using System.Text;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>The words of a search body that recognition knows: <c>must_not</c> is <see cref="MustNot"/>.</summary>
internal enum BodyWord : byte
{
    /// <summary>Any other word.</summary>
    Unknown,
    AdjacencyMatrix, Aggregations, Aggs,
    BackgroundFilter, Bool, Boost, Boosting,
    Collapse, CombinedFields, ConstantScore,
    DisMax, Diversify,
    Embedding, ExpandNestedDocs,
    Field, Fields, Filter, Filters, Format, From, FunctionScore, Functions,
    HasChild, HasParent, Highlight, HighlightQuery, Hybrid,
    Id, Index, InferenceId, InnerHits, Inline, Input,
    K, Knn,
    Lang, Linear, Lookup,
    Match, MatchAll, MatchPhrase, MaxDistance, MethodParameters, MinScore, MinimumShouldMatchScript, ModelId, ModelText, MultiMatch, Must, MustNot,
    Name, Negative, Nested, Neural, NumCandidates,
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
    // By length and first letter, then by comparison: a few candidates each, no hashing, no strings.
    private static readonly (byte[] Name, BodyWord Word)[][] Buckets = Build();

    /// <summary>Length of the longest word, in bytes.</summary>
    public static int MaxLength => (Buckets.Length / Letters) - 1;

    private const int Letters = 32;

    /// <summary>The word that the name is; <see cref="BodyWord.Unknown"/> for others and for names spelled with escapes.</summary>
    public static BodyWord Of(ReadOnlySpan<byte> name)
    {
        int bucket = name.IsEmpty ? 0 : BucketOf(name);
        if (bucket < Buckets.Length)
        {
            foreach ((byte[] known, BodyWord word) in Buckets[bucket])
            {
                if (name.SequenceEqual(known))
                {
                    return word;
                }
            }
        }

        return BodyWord.Unknown;
    }

    private static int BucketOf(ReadOnlySpan<byte> name) => (name.Length * Letters) + (name[0] % Letters);

    private static (byte[] Name, BodyWord Word)[][] Build()
    {
        ILookup<int, (byte[] Name, BodyWord Word)> words = Enum.GetValues<BodyWord>()
            .Skip(1)
            .Select(static word => (Name: Encoding.UTF8.GetBytes(NameOf(word)), Word: word))
            .Append((Name: "mustNot"u8.ToArray(), Word: BodyWord.MustNot))   // Elasticsearch 9.4 still takes it
            .ToLookup(static word => BucketOf(word.Name));
        int longest = words.Max(static bucket => bucket.Key) / Letters;
        return [.. Enumerable.Range(0, (longest + 1) * Letters).Select(bucket => words[bucket].ToArray())];
    }

    private static string NameOf(BodyWord word) => word == BodyWord.Name ? "_name" : JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
