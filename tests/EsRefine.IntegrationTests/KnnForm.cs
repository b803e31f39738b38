namespace EsRefine.IntegrationTests;

/// <summary>One way of writing a kNN search on the documents of <see cref="Fan"/>, and what it finds.</summary>
/// <param name="Name">Display name.</param>
/// <param name="Body">The body with <c>$V</c> for the vector and <c>$TEXT</c> for the query text.</param>
internal sealed record KnnForm(string Name, string Body)
{
    /// <summary>The expected hits with the query vector turned left by an angle; by default the ten nearest.</summary>
    public Func<double, IEnumerable<FanDocument>> Finds { get; init; } = static angle => Fan.Ranked(angle).Take(10);

    /// <summary>Whether the vector is written as Base64.</summary>
    public bool IsBase64 { get; init; }

    /// <summary>Whether the body contains the query text, so that no header is needed.</summary>
    public bool HoldsQueryText { get; init; }

    /// <summary>Text after <c>_search</c>.</summary>
    public string QueryString { get; init; } = "";

    /// <summary>The body with a vector in it.</summary>
    public string With(float[] vector) => Body
        .Replace("$V", IsBase64 ? $"\"{Fan.Base64(vector)}\"" : Fan.Json(vector), StringComparison.Ordinal)
        .Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal);

    public override string ToString() => Name;

    /// <summary>Forms that Elasticsearch supports.</summary>
    public static IReadOnlyList<KnnForm> Elasticsearch { get; } =
    [
        new("knn", """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100},"_source":["text"]}"""),
        new("knn with a pre-filter", """
            {"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100,"filter":{"term":{"shelf":"even"}}}}
            """) { Finds = EvenShelf },
        new("knn with a Base64 vector", """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { IsBase64 = true },
        new("knn beside aggregations", """
            {"from":0,"size":5,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100},"aggs":{"shelves":{"terms":{"field":"shelf"}}}}
            """)
        {
            Finds = static angle => Fan.Ranked(angle).Take(5),
        },
        new("array of knn", """
            {"size":10,"knn":[{"field":"v","query_vector":$V,"k":5,"num_candidates":100,"filter":[{"term":{"shelf":"even"}}]},
                              {"field":"v","query_vector":$V,"k":5,"num_candidates":100,"filter":{"term":{"shelf":"odd"}}}]}
            """)
        {
            Finds = static angle => Fan.Ranked(angle)
                .GroupBy(static document => document.Shelf)
                .SelectMany(static shelf => shelf.Take(5))
                .OrderBy(document => Math.Abs(document.Angle - angle)),
        },
        new("knn query", """{"size":10,"query":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}}"""),
        new("knn query inside bool with a filter", """
            {"size":10,"query":{"bool":{"must":[{"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100}}],"filter":{"term":{"shelf":"even"}}}}}
            """) { Finds = EvenShelf },
        new("knn query beside the text it stands for", """
            {"size":10,"query":{"bool":{"must":{"knn":{"query_vector":$V,"field":"v","k":10,"num_candidates":100}},
                                        "should":[{"match":{"text":{"query":"$TEXT","boost":0}}}]}}}
            """) { HoldsQueryText = true },
        new("knn retriever", """{"size":10,"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}}"""),
        new("knn retriever with a filter", """
            {"size":10,"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100,"filter":{"bool":{"must_not":{"term":{"shelf":"odd"}}}}}}}
            """) { Finds = EvenShelf },
        new("standard retriever", """
            {"size":10,"retriever":{"standard":{"filter":{"term":{"shelf":"even"}},
               "query":{"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100}}}}}
            """) { Finds = EvenShelf },
        new("rescorer retriever", """
            {"size":10,"retriever":{"rescorer":{"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},
               "rescore":{"window_size":10,"query":{"rescore_query":{"match_all":{}},"rescore_query_weight":0}}}}}
            """),
        new("rescorer retriever with a script that holds the vector too", """
            {"size":10,"retriever":{"rescorer":{"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},
               "rescore":{"window_size":10,"query":{"query_weight":0,"rescore_query":{"script_score":{"query":{"match_all":{}},
                 "script":{"source":"(1.0+cosineSimilarity(params.q,'v'))/2","params":{"q":$V}}}}}}}}}
            """),
    ];

    /// <summary>Forms that OpenSearch supports.</summary>
    public static IReadOnlyList<KnnForm> OpenSearch { get; } =
    [
        new("knn query", """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":10}}},"_source":["text"]}"""),
        new("knn query, size in the address", """{"query":{"knn":{"v":{"vector":$V,"k":10}}}}""") { QueryString = "?size=10" },
        new("knn query with a pre-filter", """
            {"size":10,"query":{"knn":{"v":{"vector":$V,"k":10,"filter":{"term":{"shelf":"even"}}}}}}
            """) { Finds = EvenShelf },
        new("knn query inside bool with a filter", """
            {"size":10,"query":{"bool":{"must":[{"knn":{"v":{"vector":$V,"k":60}}}],"filter":[{"term":{"shelf":"even"}}]}}}
            """) { Finds = EvenShelf },
        new("knn query beside the text it stands for", """
            {"size":10,"query":{"bool":{"must":[{"knn":{"v":{"vector":$V,"k":10}}}],"should":[{"match":{"text":{"query":"$TEXT","boost":0}}}]}}}
            """) { HoldsQueryText = true },
    ];

    private static IEnumerable<FanDocument> EvenShelf(double angle) => Fan.Ranked(angle).Where(static document => document.Shelf == "even").Take(10);
}
