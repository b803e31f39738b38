using System.Globalization;
using System.Text.Json;
using EsRefine.EmbeddedIndex.Queries;

namespace EsRefine.EmbeddedIndex.Search;

/// <summary>The parameters of a search: its body, overridden by the URL parameters.</summary>
internal sealed record SearchDefinition
{
    /// <summary>Largest from + size, as the default of <c>index.max_result_window</c>.</summary>
    public const int MaxResultWindow = 10_000;

    private static readonly string[] KnownKeys =
    [
        "query", "knn", "retriever", "post_filter", "from", "size", "min_score", "track_total_hits", "_source", "fields", "docvalue_fields", "version",
        "seq_no_primary_term", "timeout", "track_scores",
    ];

    /// <summary>Null if there is only a <c>knn</c> section.</summary>
    public Query? Query { get; init; }

    public IReadOnlyList<KnnParameters> Knn { get; init; } = [];

    public Query? PostFilter { get; init; }

    public int From { get; init; }

    public int Size { get; init; } = 10;

    public float? MinScore { get; init; }

    /// <summary>Hits are counted up to this number; null means that they are not counted.</summary>
    public long? TrackTotalHits { get; init; } = MaxResultWindow;

    public SourceFilter Source { get; init; } = new();

    public FieldRetrieval Fields { get; init; } = FieldRetrieval.None;

    /// <summary>Adds <c>_version</c> to the hits.</summary>
    public bool Version { get; init; }

    /// <summary>Adds <c>_seq_no</c> and <c>_primary_term</c> to the hits.</summary>
    public bool SequenceNumber { get; init; }

    private bool HasRetriever { get; init; }

    /// <param name="body">Undefined if the request has no body.</param>
    /// <param name="url">Parameters that override the body.</param>
    /// <exception cref="ElasticsearchException">400: the message names what is unknown, unsupported or malformed.</exception>
    public static SearchDefinition Parse(JsonElement body, IQueryCollection url)
    {
        SearchDefinition search = new();
        if (body.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in body.EnumerateObject())
            {
                search = search.With(member);
            }
        }
        else if (body.ValueKind != JsonValueKind.Undefined)
        {
            throw ElasticsearchException.Parsing($"Expected [START_OBJECT] but found [{Token(body)}]");
        }

        return search.WithUrl(url).Checked();
    }

    /// <summary>Reads the <c>query</c> of a <c>_count</c>.</summary>
    public static Query ParseCount(JsonElement body)
    {
        Query query = new MatchAllQuery();
        if (body.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in body.EnumerateObject())
            {
                query = member.Name == "query"
                    ? QueryParser.Parse(member.Value)
                    : throw ElasticsearchException.Parsing($"request does not support [{member.Name}]");
            }
        }

        return query;
    }

    public static ElasticsearchException UnknownKey(JsonProperty member) =>
        ElasticsearchException.Parsing($"Unknown key for a {Token(member.Value)} in [{member.Name}].");

    private SearchDefinition With(JsonProperty member)
    {
        JsonElement value = member.Value;
        bool isObject = value.ValueKind == JsonValueKind.Object;
        return member.Name switch
        {
            "query" when isObject => this with { Query = QueryParser.Parse(value) },
            "knn" when isObject => this with { Knn = [KnnParameters.Parse(value)] },
            "knn" when value.ValueKind == JsonValueKind.Array => this with { Knn = [.. value.EnumerateArray().Select(KnnParameters.Parse)] },
            "retriever" when isObject => WithRetriever(value),
            "post_filter" when isObject => this with { PostFilter = QueryParser.Parse(value) },
            "from" => this with { From = Integer(value.ToString()) },
            "size" => this with { Size = Integer(value.ToString()) },
            "min_score" => this with { MinScore = QueryParser.Float("search", member) },
            "track_total_hits" => this with { TrackTotalHits = ParseTrackTotalHits(value.ToString()) },
            "_source" => this with { Source = SourceFilter.Parse(value) },
            "fields" => this with { Fields = Fields with { Fields = ParsePatterns(value) } },
            "docvalue_fields" => this with { Fields = Fields with { DocValueFields = ParsePatterns(value) } },
            "version" => this with { Version = value.ValueKind == JsonValueKind.True },
            "seq_no_primary_term" => this with { SequenceNumber = value.ValueKind == JsonValueKind.True },
            "timeout" or "track_scores" => this,
            "profile" or "explain" when value.ValueKind == JsonValueKind.False => this,
            _ => throw ElasticsearchException.Parsing(
                $"Unknown key for a {Token(value)} in [{member.Name}].: the embedded index knows [{string.Join(", ", KnownKeys)}]"),
        };
    }

    private SearchDefinition WithRetriever(JsonElement retriever)
    {
        SearchDefinition search = this with { HasRetriever = true };
        foreach (JsonProperty member in retriever.EnumerateObject())
        {
            search = member.Name switch
            {
                "knn" => search with { Knn = [RequireBoth(KnnParameters.Parse(member.Value))] },
                "standard" when member.Value.ValueKind == JsonValueKind.Object => search with { Query = ParseStandard(member.Value) },
                _ => throw ElasticsearchException.Parsing($"unknown retriever [{member.Name}]: the embedded index knows [knn, standard]"),
            };
        }

        return search;
    }

    private static KnnParameters RequireBoth(KnnParameters clause) =>
        clause.K is null ? throw ElasticsearchException.IllegalArgument("Required [k]")
        : clause.NumCandidates is null ? throw ElasticsearchException.IllegalArgument("Required [num_candidates]")
        : clause;

    private static BoolQuery ParseStandard(JsonElement standard)
    {
        BoolQuery query = BoolQuery.AllOf([]);
        foreach (JsonProperty member in standard.EnumerateObject())
        {
            query = member.Name switch
            {
                "query" => query with { Must = [QueryParser.Parse(member.Value)] },
                "filter" => query with { Filter = QueryParser.ParseMany(member.Value) },
                _ => throw QueryParser.UnknownField("standard", member.Name),
            };
        }

        return query;
    }

    private SearchDefinition WithUrl(IQueryCollection url)
    {
        SearchDefinition search = this with { Source = Source.WithUrl(url) };
        foreach ((string name, string? text) in url.Select(static parameter => (parameter.Key, (string?)parameter.Value)))
        {
            search = name switch
            {
                "from" => search with { From = Integer(text!) },
                "size" => search with { Size = Integer(text!) },
                "track_total_hits" => search with { TrackTotalHits = ParseTrackTotalHits(text!) },
                "docvalue_fields" => search with
                {
                    Fields = search.Fields with { DocValueFields = [.. text!.Split(',').Select(static field => new FieldPattern(field, null))] },
                },
                _ => search,
            };
        }

        return search;
    }

    private SearchDefinition Checked()
    {
        if (Size < 0)
        {
            throw ElasticsearchException.IllegalArgument($"[size] parameter cannot be negative, found [{Size}]");
        }

        if (From < 0)
        {
            throw ElasticsearchException.IllegalArgument($"[from] parameter cannot be negative but was [{From}]");
        }

        if (HasRetriever && Query is not null && Knn.Count > 0)
        {
            throw new ElasticsearchException(
                StatusCodes.Status400BadRequest,
                "action_request_validation_exception",
                "Validation Failed: 1: cannot specify [retriever] and [query, knn];");
        }

        // The default of k is the size, which is known only after the whole body is read.
        foreach (KnnParameters clause in Knn)
        {
            if (clause.NumCandidates < (clause.K ?? Size))
            {
                throw ElasticsearchException.IllegalArgument("[num_candidates] cannot be less than [k]");
            }

            if ((clause.K ?? Size) < 1)
            {
                throw ElasticsearchException.IllegalArgument("[k] must be greater than 0");
            }
        }

        return this;
    }

    private static FieldPattern[] ParsePatterns(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(FieldPattern.Parse)]
        : [FieldPattern.Parse(value)];

    private static long? ParseTrackTotalHits(string text) => text.ToLowerInvariant() switch
    {
        "true" => long.MaxValue,
        "false" => null,
        string number => Integer(number) is >= 0 and int limit
            ? limit
            : throw ElasticsearchException.IllegalArgument($"[track_total_hits] parameter must be positive or equals to -1, got {text}"),
    };

    private static int Integer(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new ElasticsearchException(StatusCodes.Status400BadRequest, "number_format_exception", $"For input string: \"{text}\"");

    private static string Token(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "START_OBJECT",
        JsonValueKind.Array => "START_ARRAY",
        JsonValueKind.String => "VALUE_STRING",
        JsonValueKind.Number => "VALUE_NUMBER",
        JsonValueKind.Null => "VALUE_NULL",
        _ => "VALUE_BOOLEAN",
    };
}
