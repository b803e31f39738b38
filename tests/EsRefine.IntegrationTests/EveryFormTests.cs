using System.Text;
using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Every other form of a kNN search, element type, and way of hiding vectors that the test engines support. The refined reply is that of the refined vector,
/// and with an unreachable judge the reply is the plain one.
/// </summary>
public sealed class EveryFormTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch)
{
    private const string OpenSearchMethod = ""","method":{"name":"hnsw","engine":"lucene","space_type":"cosinesimil"}""";

    private const string ExcludedForGood = """ "_source":{"excludes":["v"]}, """;

    private const string ElasticsearchScript =
        """{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q, 'v') + 1","params":{"q":$V}}}}""";

    private static readonly Uri NobodyThere = new("http://127.0.0.1:9/v1");   // the discard port: nothing listens there

    private static readonly FanShape Plain = FanShape.Elasticsearch(""","index_options":{"type":"hnsw"}""");

    private static readonly FanShape PlainOpenSearch = FanShape.OpenSearch(OpenSearchMethod);

    private static readonly FanShape Bytes = FanShape.Elasticsearch(""","element_type":"byte","index_options":{"type":"hnsw"}""", static angle => JsonSerializer.Serialize(FanShape.BytesAt(angle)));

    private static readonly FanShape BFloat16 = FanShape.Elasticsearch(""","element_type":"bfloat16","similarity":"dot_product","index_options":{"type":"hnsw"}""");

    private static readonly FanShape BytesOpenSearch = FanShape.OpenSearch(
        ""","data_type":"byte","method":{"name":"hnsw","engine":"lucene","space_type":"l2"}""", static angle => JsonSerializer.Serialize(FanShape.BytesAt(angle)));

    private static readonly FanShape TwoFields = FanShape.Elasticsearch(
        ""","index_options":{"type":"hnsw"}},"w":{"type":"dense_vector","dims":8,"index_options":{"type":"hnsw"}""", InTwoFields);

    private static readonly FanShape TwoFieldsOpenSearch = FanShape.OpenSearch($$"""{{OpenSearchMethod}}},"w":{"type":"knn_vector","dimension":8{{OpenSearchMethod}}""", InTwoFields);

    private static IReadOnlyDictionary<string, Form> ElasticsearchForms { get; } = new Dictionary<string, Form>
    {
        ["nested query"] = new(FanShape.NestedElasticsearch, """{"size":10,"query":{"nested":{"path":"p","query":{"knn":{"field":"p.v","query_vector":$V,"k":10,"num_candidates":100}}}}}"""),
        ["nested query with inner hits and filters of all three kinds"] = new(FanShape.NestedElasticsearch, """
            {"size":10,"query":{"bool":{"must":[{"nested":{"path":"p","inner_hits":{"size":2},"query":{"bool":{"must":[{"knn":{"field":"p.v","query_vector":$V,"k":60,"num_candidates":100,
              "filter":[{"terms":{"p.lang":["de","en"]}}]}}],"must_not":[{"term":{"p.lang":"la"}}]}}}}],"filter":[{"term":{"shelf":"even"}}]}}}
            """) { Finds = EvenShelf },
        ["knn on a nested field with inner hits"] = new(FanShape.NestedElasticsearch, """{"size":10,"knn":{"field":"p.v","query_vector":$V,"k":10,"num_candidates":100,"inner_hits":{"_source":["p.words"]}}}"""),
        ["knn on a nested field with a filter and a post filter"] = new(FanShape.NestedElasticsearch, """
            {"size":10,"knn":{"field":"p.v","query_vector":$V,"k":60,"num_candidates":100,"filter":{"terms":{"p.lang":["de","en"]}}},"post_filter":{"bool":{"must_not":{"term":{"shelf":"odd"}}}}}
            """) { Finds = EvenShelf },
        ["knn retriever on a nested field"] = new(FanShape.NestedElasticsearch, """{"size":10,"retriever":{"knn":{"field":"p.v","query_vector":$V,"k":10,"num_candidates":100,"filter":{"term":{"shelf":"even"}}}}}""") { Finds = EvenShelf },
        ["nested script_score"] = new(FanShape.NestedElasticsearch, """
            {"size":10,"query":{"nested":{"path":"p","score_mode":"max","query":{"script_score":{"query":{"terms":{"p.lang":["de","en"]}},
              "script":{"source":"cosineSimilarity(params.q,'p.v')+1.0","params":{"q":$V}}}}}}}
            """),
        ["script_score with cosineSimilarity"] = new(Plain, """{"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity(params.q, 'v') + 1.0","params":{"q":$V}}}}}"""),
        ["script_score with dotProduct over a filter"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"bool":{"filter":{"term":{"shelf":"even"}}}},"script":{"source":"dotProduct(params['q'], 'v') + 1","params":{"q":$V}},"min_score":0.1}}}
            """) { Finds = EvenShelf },
        ["script_score with l2norm on a field that is not indexed"] = new(FanShape.Elasticsearch(""","index":false"""), """
            {"size":10,"query":{"script_score":{"query":{"exists":{"field":"v"}},"script":{"source":"1 / (1 + l2norm(params.asked, 'v'))","params":{"asked":$V}}}}}
            """),
        ["script_score with l1norm"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 / (1 + l1norm(params.q, 'v'))","params":{"q":$V}}}}}
            """) { IsByEngine = true },
        ["script_score with several calls on one vector"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 + cosineSimilarity(params.q, 'v') + 0.2 * dotProduct(params.q, 'v')","params":{"q":$V}}}}}
            """),
        ["script_score with a condition, a comment and a local variable"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"// hamming(params.q, 'v')\ndef q = params.q;\nreturn doc['v'].size() == 0 ? 0 : cosineSimilarity(q, 'v') + 1","params":{"q":$V}}}}}
            """),
        ["script_score with a vector in an object"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"inline":"cosineSimilarity(params.asked.get('v'), params.asked['f']) + 1","params":{"asked":{"f":"v","v":$V}}}}}}
            """),
        ["script_score with the field's own function"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"def v = field('v').get(null); v.isEmpty() ? 0 : v.cosineSimilarity(params.q) + 1","params":{"q":$V}}}}}
            """),
        ["script_score with a vector for each of two fields"] = new(TwoFields, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"2 + cosineSimilarity(params.q, 'v') + cosineSimilarity(params.r, 'w')","params":{"q":$V,"r":$V}}}}}
            """) { IsByEngine = true },
        ["script_score with one vector for two fields"] = new(TwoFields, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"2 + cosineSimilarity(params.q, 'v') + cosineSimilarity(params.q, 'w')","params":{"q":$V}}}}}
            """) { IsByEngine = true },
        ["script_score that multiplies the score"] = new(Plain, """
            {"size":10,"query":{"script_score":{"query":{"term":{"shelf":"even"}},"script":{"source":"_score * (1 + cosineSimilarity(params.q, 'v'))","params":{"q":$V}}}}}
            """) { Finds = EvenShelf },
        ["function_score with a script"] = new(Plain, """
            {"size":10,"query":{"function_score":{"query":{"term":{"shelf":"even"}},"script_score":{"script":{"source":"1 + cosineSimilarity(params.q, 'v')","params":{"q":$V}}}}}}
            """) { Finds = EvenShelf },
        ["function_score with a script that takes the place of the score"] = new(Plain, """
            {"size":10,"query":{"function_score":{"query":{"term":{"shelf":"even"}},"script_score":{"script":{"source":"_score + cosineSimilarity(params.q, 'v')","params":{"q":$V}}},"boost_mode":"replace"}}}
            """) { Finds = EvenShelf },
        ["function_score with a script among functions"] = new(Plain, """
            {"size":10,"query":{"bool":{"must":{"function_score":{"score_mode":"sum","boost_mode":"multiply","functions":[{"weight":1},
              {"filter":{"term":{"shelf":"even"}},"weight":3,"script_score":{"script":{"source":"1 + dotProduct(params.q, 'v')","params":{"q":$V}}}}]}}}}}
            """) { Finds = EvenShelf },
        ["nested script_score that adds to the score"] = new(FanShape.NestedElasticsearch, """
            {"size":10,"query":{"nested":{"path":"p","score_mode":"max","query":{"script_score":{"query":{"constant_score":{"filter":{"terms":{"p.lang":["de","en"]}},"boost":2}},
              "script":{"source":"_score + cosineSimilarity(params.q,'p.v')","params":{"q":$V}}}}}}}
            """),
        ["diversify with a vector of its own"] = new(Plain, """
            {"size":10,"retriever":{"diversify":{"type":"mmr","field":"v","lambda":0.9,"size":10,"rank_window_size":20,"query_vector":$V,
              "retriever":{"knn":{"field":"v","query_vector":$V,"k":20,"num_candidates":100}}}}}
            """) { IsByEngine = true },
        ["knn with a similarity to reach"] = new(Plain, """{"size":60,"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100,"similarity":0.959661}}""") { Finds = Within(0.285) },
        ["knn collapsed by a field"] = new(Plain, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100},"collapse":{"field":"pair"}}""") { Finds = OnePerPair },
        ["knn on bfloat16 under dot_product"] = new(BFloat16, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}"""),
        ["knn on bfloat16 in Base64 of two bytes each"] = new(BFloat16, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { Vector = static () => "\"" + Packed(2) + "\"" },
        ["knn on bfloat16 in Base64 of four bytes each"] = new(BFloat16, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { Vector = static () => "\"" + Packed(4) + "\"" },
        ["knn on bytes"] = new(Bytes, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { Vector = ByteArray },
        ["knn on bytes in hex"] = new(Bytes, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { Vector = ByteHex },
        ["knn on bytes in Base64"] = new(Bytes, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""") { Vector = ByteBase64 },
        ["script_score on bytes in hex"] = new(Bytes, """{"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity(params.q,'v')+1.0","params":{"q":$V}}}}}""") { Vector = ByteHex },
        ["wrapper around the query"] = new(Plain, """{"size":10,"query":#}""") { Wrapped = """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""" },
        ["wrapper inside bool beside a wrapped filter, one of passages"] = new(FanShape.NestedElasticsearch, """
            {"size":10,"query":{"bool":{"must":[#],"filter":[{"wrapper":{"query":"eyJ0ZXJtIjp7InNoZWxmIjoiZXZlbiJ9fQ=="}}]}}}
            """)
        {
            Wrapped = """{"nested":{"path":"p","query":{"knn":{"field":"p.v","query_vector":$V,"k":60,"num_candidates":100,"filter":{"terms":{"p.lang":["de","en"]}}}}}}""",
            Finds = EvenShelf,
        },
        ["nested query around a wrapper"] = new(FanShape.NestedElasticsearch, """{"size":10,"query":{"nested":{"path":"p","query":#}}}""")
        {
            Wrapped = """{"knn":{"field":"p.v","query_vector":$V,"k":10,"num_candidates":100}}""",
        },
        ["knn with a wrapped filter of its own"] = new(Plain, """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100,"filter":#}}""")
        {
            Wrapped = """{"term":{"shelf":"even"}}""",
            Finds = EvenShelf,
        },
        ["rescore by a copy in a wrapper"] = new(Plain, """
            {"size":10,"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100},"rescore":{"window_size":60,"query":{"query_weight":0,"rescore_query":#}}}
            """) { Wrapped = ElasticsearchScript },
        ["rescore by a copy under the name of an alias"] = new(Plain, ElasticsearchRescore("v", "also-v")),
        ["alias rescored by a copy under the field's name"] = new(Plain, ElasticsearchRescore("also-v", "v")),
        ["alias rescored by a copy under another alias"] = new(Plain, ElasticsearchRescore("also-v", "v-too")),
        ["one vector on a field and its alias"] = new(Plain, """
            {"size":10,"knn":[{"field":"v","query_vector":$V,"k":60,"num_candidates":100},{"field":"also-v","query_vector":$V,"k":60,"num_candidates":100}]}
            """),
        ["knn on a field that _source excludes for good"] = new(FanShape.Elasticsearch(""","index_options":{"type":"hnsw"}""", mapping: ExcludedForGood), """{"size":10,"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}"""),
    };

    private static IReadOnlyDictionary<string, Form> OpenSearchForms { get; } = new Dictionary<string, Form>
    {
        ["nested query"] = new(FanShape.NestedOpenSearch, """{"size":10,"query":{"nested":{"path":"p","query":{"knn":{"p.v":{"vector":$V,"k":10}}}}}}"""),
        ["nested query with inner hits and filters inside and around"] = new(FanShape.NestedOpenSearch, """
            {"size":10,"query":{"bool":{"must":[{"nested":{"path":"p","score_mode":"max","inner_hits":{},"query":{"knn":{"p.v":{"vector":$V,"k":60,
              "filter":{"nested":{"path":"p","query":{"terms":{"p.lang":["de","en"]}}}}}}}}}],"filter":[{"term":{"shelf":"even"}}]}}}
            """) { Finds = EvenShelf },
        ["nested knn_score"] = new(FanShape.NestedOpenSearch, """
            {"size":10,"query":{"nested":{"path":"p","score_mode":"max","query":{"script_score":{"query":{"terms":{"p.lang":["de","en"]}},
              "script":{"lang":"knn","source":"knn_score","params":{"field":"p.v","query_value":$V,"space_type":"cosinesimil"}}}}}}}
            """),
        ["knn_score"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"bool":{"filter":{"term":{"shelf":"even"}}}},"script":{"lang":"knn","source":"knn_score",
              "params":{"field":"v","query_value":$V,"space_type":"innerproduct"}}}}}
            """) { Finds = EvenShelf },
        ["knn_score on an index without kNN"] = new(FanShape.OpenSearch("", settings: ""), """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn","source":"knn_score","params":{"field":"v","query_value":$V,"space_type":"l2"}}}}}
            """),
        ["script_score with cosineSimilarity"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1.0 + cosineSimilarity(params.q, doc[params.f])","params":{"f":"v","q":$V}}}}}
            """),
        ["script_score with l2Squared"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 / (1 + l2Squared(params.q, doc['v']))","params":{"q":$V}}}}}
            """),
        ["knn_score in space l1"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn","inline":"knn_score","params":{"field":"v","query_value":$V,"space_type":"l1"}}}}}
            """) { IsByEngine = true },
        ["knn_score in space linf"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn","source":"knn_score","params":{"field":"v","query_value":$V,"space_type":"linf"}}}}}
            """) { IsByEngine = true },
        ["script_score with l1Norm"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 / (1 + l1Norm(params.q, doc['v']))","params":{"q":$V}}}}}
            """) { IsByEngine = true },
        ["script_score with lInfNorm"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 / (1 + lInfNorm(params.q, doc['v']))","params":{"q":$V}}}}}
            """) { IsByEngine = true },
        ["script_score with innerProduct and a vector in an object"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1 + innerProduct(params.asked.v, doc[params.asked.f])","params":{"asked":{"f":"v","v":$V}}}}}}
            """),
        ["script_score with a cosine that is told the norm"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"2 + cosineSimilarity(params.q, doc['v'], 1.0)","params":{"q":$V}}}}}
            """),
        ["script_score with a condition, a comment and local variables"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"/* hamming(params.q, doc['v']) */ List q = params['q']; def v = doc.get('v'); v.size() == 0 ? 0 : 1 + cosineSimilarity(q, v)","params":{"q":$V}}}}}
            """),
        ["script_score with a vector for each of two fields"] = new(TwoFieldsOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"2 + cosineSimilarity(params.q, doc['v']) + cosineSimilarity(params.r, doc['w'])","params":{"q":$V,"r":$V}}}}}
            """) { IsByEngine = true },
        ["script_score with one vector for two fields"] = new(TwoFieldsOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"2 + cosineSimilarity(params.q, doc['v']) + cosineSimilarity(params.q, doc['w'])","params":{"q":$V}}}}}
            """) { IsByEngine = true },
        ["script_score that multiplies the score"] = new(PlainOpenSearch, """
            {"size":10,"query":{"script_score":{"query":{"term":{"shelf":"even"}},"script":{"source":"_score * (1 + cosineSimilarity(params.q, doc['v']))","params":{"q":$V}}}}}
            """) { Finds = EvenShelf },
        ["function_score with knn_score"] = new(PlainOpenSearch, """
            {"size":10,"query":{"function_score":{"query":{"term":{"shelf":"even"}},"script_score":{"script":{"lang":"knn","source":"knn_score","params":{"field":"v","query_value":$V,"space_type":"l2"}}}}}}
            """) { Finds = EvenShelf },
        ["function_score with a script among functions"] = new(PlainOpenSearch, """
            {"size":10,"query":{"bool":{"must":{"function_score":{"score_mode":"sum","boost_mode":"multiply","functions":[{"weight":1},
              {"filter":{"term":{"shelf":"even"}},"weight":3,"script_score":{"script":{"source":"1 + cosineSimilarity(params.q, doc['v'])","params":{"q":$V}}}}]}}}}}
            """) { Finds = EvenShelf },
        ["radial by score"] = new(PlainOpenSearch, """{"size":60,"query":{"knn":{"v":{"vector":$V,"min_score":0.979830}}}}""") { Finds = Within(0.285) },
        ["radial by distance"] = new(FanShape.OpenSearch(""","method":{"name":"hnsw","engine":"lucene","space_type":"l2"}"""), """{"size":60,"query":{"knn":{"v":{"vector":$V,"max_distance":0.080678}}}}""") { Finds = Within(0.285) },
        ["knn collapsed by a field"] = new(PlainOpenSearch, """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":60}}},"collapse":{"field":"pair"}}""") { Finds = OnePerPair },
        ["knn on bytes"] = new(BytesOpenSearch, """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":10}}}}""") { Vector = ByteArray },
        ["wrapper around the query"] = new(PlainOpenSearch, """{"size":10,"query":#}""") { Wrapped = """{"knn":{"v":{"vector":$V,"k":10}}}""" },
        ["wrapper inside bool beside a wrapped filter, one of passages"] = new(FanShape.NestedOpenSearch, """
            {"size":10,"query":{"bool":{"must":[#],"filter":[{"wrapper":{"query":"eyJ0ZXJtIjp7InNoZWxmIjoiZXZlbiJ9fQ=="}}]}}}
            """)
        {
            Wrapped = """{"nested":{"path":"p","query":{"knn":{"p.v":{"vector":$V,"k":60,"filter":{"nested":{"path":"p","query":{"terms":{"p.lang":["de","en"]}}}}}}}}}""",
            Finds = EvenShelf,
        },
        ["nested query around a wrapper"] = new(FanShape.NestedOpenSearch, """{"size":10,"query":{"nested":{"path":"p","query":#}}}""") { Wrapped = """{"knn":{"p.v":{"vector":$V,"k":10}}}""" },
        ["knn with a wrapped filter of its own"] = new(PlainOpenSearch, """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":10,"filter":#}}}}""")
        {
            Wrapped = """{"term":{"shelf":"even"}}""",
            Finds = EvenShelf,
        },
        ["rescore by a copy in a wrapper"] = new(PlainOpenSearch, """
            {"size":10,"query":{"knn":{"v":{"vector":$V,"k":60}}},"rescore":{"window_size":60,"query":{"query_weight":0,"rescore_query":#}}}
            """) { Wrapped = """{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn","source":"knn_score","params":{"field":"v","query_value":$V,"space_type":"l2"}}}}""" },
        ["rescore by a copy under the name of an alias"] = new(PlainOpenSearch, OpenSearchRescore("""{"knn":{"v":{"vector":$V,"k":60}}}""", "also-v")),
        ["alias rescored by a copy under the field's name"] = new(PlainOpenSearch, OpenSearchRescore(OpenSearchScript("also-v"), "v")),
        ["alias rescored by a copy under another alias"] = new(PlainOpenSearch, OpenSearchRescore(OpenSearchScript("also-v"), "v-too")),
        ["knn on a field that _source excludes for good"] = new(FanShape.OpenSearch(OpenSearchMethod, mapping: ExcludedForGood), """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":10}}}}"""),
        ["knn on an index that keeps its vectors in _source"] = new(
            FanShape.OpenSearch(OpenSearchMethod, settings: ""","index.knn":true,"index.knn.derived_source.enabled":false"""), """{"size":10,"query":{"knn":{"v":{"vector":$V,"k":10}}}}"""),
    };

    public static TheoryData<string> NamesOfElasticsearchForms => [.. ElasticsearchForms.Keys];

    public static TheoryData<string> NamesOfOpenSearchForms => [.. OpenSearchForms.Keys];

    [Theory]
    [MemberData(nameof(NamesOfElasticsearchForms))]
    public async Task Elasticsearch_finds_more_that_is_relevant(string form) => await IsRefined(await elasticsearch.UseAsync(), ElasticsearchForms[form]);

    [Theory]
    [MemberData(nameof(NamesOfOpenSearchForms))]
    public async Task OpenSearch_finds_more_that_is_relevant(string form) => await IsRefined(await openSearch.UseAsync(), OpenSearchForms[form]);

    [Fact]
    public async Task Elasticsearch_that_refuses_the_refined_search_is_sent_the_original()
    {
        // Cosines are between 0.6 and 1 before refinement and from 0.36 after it, where the script gives negative scores, which are invalid.
        RunningEngine engine = await elasticsearch.UseAsync();
        string target = $"{await Plain.IndexAsync(engine)}/_search";
        string body = """{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity(params.q, 'v') - 0.5","params":{"q":$V}}}}}"""
            .Replace("$V", Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal);
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, body, Fan.QueryHeader);

        Assert.Equal(System.Net.HttpStatusCode.OK, plain.Status);
        Assert.Equal(plain.Masked, reply.Masked);
        Assert.Equal("unsupported", reply.Outcome);
    }

    [Theory]
    [InlineData("""{"source":"2 - cosineSimilarity(params.q, 'v')","params":{"q":$V}}""")]
    [InlineData("""{"source":"l1norm(params.q, 'v')","params":{"q":$V}}""")]
    [InlineData("""{"source":"2 + cosineSimilarity(params.q, 'v') - 2 * dotProduct(params.q, 'v')","params":{"q":$V}}""")]
    [InlineData("""{"source":"1 + cosineSimilarity($V, 'v')"}""")]
    [InlineData("""{"source":"float s = 1; float[] v = doc['v'].vectorValue; for (int i = 0; i < v.length; i++) { s += v[i] * params.q[i]; } return s;","params":{"q":$V}}""")]
    public async Task Script_that_ranks_in_another_way_is_forwarded_to_Elasticsearch_unchanged(string script) =>
        await IsLeft(await elasticsearch.UseAsync(), Plain, script);

    [Theory]
    [InlineData("""{"source":"2 - cosineSimilarity(params.q, doc['v'])","params":{"q":$V}}""")]
    [InlineData("""{"source":"l1Norm(params.q, doc['v'])","params":{"q":$V}}""")]
    [InlineData("""{"source":"1 + cosineSimilarity($V, doc['v'])"}""")]
    public async Task Script_that_ranks_in_another_way_is_forwarded_to_OpenSearch_unchanged(string script) =>
        await IsLeft(await openSearch.UseAsync(), PlainOpenSearch, script);

    [Theory]
    [InlineData("""{"source":"hamming(params.q, 'v') + 1","params":{"q":$V}}""", """ "type":"dense_vector","dims":8,"element_type":"byte" """, "[1,2,3,4,5,6,7,8]")]
    [InlineData("""{"source":"maxSimDotProduct(params.q, 'v')","params":{"q":[$V]}}""", """ "type":"rank_vectors","dims":8 """, "[[1,2,3,4,5,6,7,8]]")]
    public async Task Bits_and_multiple_vectors_are_forwarded_to_Elasticsearch_unchanged(string script, string field, string vector)
    {
        FanShape shape = new(
            """{"settings":{"number_of_shards":1,"number_of_replicas":0},"mappings":{"properties":{"text":{"type":"text"},"v":{$FIELD}}}}""".Replace("$FIELD", field, StringComparison.Ordinal),
            document => $$"""{"text":{{JsonSerializer.Serialize(document.Text)}},"v":{{vector}}}""");

        await IsLeft(await elasticsearch.UseAsync(), shape, script, "[1,2,3,4,5,6,7,9]");
    }

    /// <summary>It is still a kNN search: the reply reports that it is not refined.</summary>
    private static async Task IsLeft(RunningEngine engine, FanShape shape, string script, string? vector = null)
    {
        string target = $"{await shape.IndexAsync(engine)}/_search";
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        foreach (string frame in new[] { """{"script_score":{"query":{"match_all":{}},"script":#}}""", """{"function_score":{"script_score":{"script":#}}}""" })
        {
            string body = "{\"query\":" + frame.Replace("#", script, StringComparison.Ordinal).Replace("$V", vector ?? Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal) + "}";

            SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
            SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, body, Fan.QueryHeader);

            Assert.Equal(System.Net.HttpStatusCode.OK, plain.Status);
            Assert.Equal(plain.Masked, reply.Masked);
            Assert.StartsWith("unsupported", reply.Outcome, StringComparison.Ordinal);
        }
    }

    private static async Task IsRefined(RunningEngine engine, Form form) => await IsRefined(engine, await form.Shape.IndexAsync(engine), form);

    internal static async Task IsRefined(RunningEngine engine, string index, Form form)
    {
        string target = $"{index}/_search";
        string body = form.With(form.Vector?.Invoke() ?? Fan.Json(Fan.VectorAt(0)));
        string? header = form.HoldsQueryText ? null : Fan.QueryHeader;
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(NobodyThere));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, body, header);
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, body, header);

        Assert.StartsWith("refined;judged=20;sample=20;angle=0.", refined.Outcome, StringComparison.Ordinal);
        if (form.IsByEngine)
        {
            SearchReply expected = await SearchReply.OfAsync(engine.Url, target, form.With(Fan.Json(Fan.VectorAt(Fan.Turn))));
            Assert.Equal(expected.Ids, refined.Ids);
            Assert.NotEqual(plain.Ids, refined.Ids);
        }
        else if (form.IsRounded)
        {
            Assert.Contains(plain.Ids, static id => id.StartsWith("tax-", StringComparison.Ordinal));
            Assert.All(refined.Ids, static id => Assert.StartsWith("hut-", id, StringComparison.Ordinal));
        }
        else
        {
            Assert.Equal(form.Finds(0).Select(static document => document.Id), plain.Ids);
            Assert.Equal(form.Finds(Fan.Turn).Select(static document => document.Id), refined.Ids);
        }

        Assert.Equal(plain.Masked, unjudged.Masked);
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
    }

    internal static IEnumerable<FanDocument> EvenShelf(double angle) => Fan.Ranked(angle).Where(static document => document.Shelf == "even").Take(10);

    private static IEnumerable<FanDocument> OnePerPair(double angle) => Fan.Ranked(angle).GroupBy(FanShape.PairOf).Select(static pair => pair.First()).Take(10);

    internal static Func<double, IEnumerable<FanDocument>> Within(double radius) =>
        angle => Fan.Ranked(angle).Where(document => Math.Abs(document.Angle - angle) < radius);

    /// <summary>The score is only that of the rescoring copy.</summary>
    private static string ElasticsearchRescore(string field, string copy) => """
        {"size":10,"knn":{"field":"#","query_vector":$V,"k":60,"num_candidates":100},"rescore":{"window_size":60,"query":{"query_weight":0,"rescore_query":@}}}
        """.Replace("#", field, StringComparison.Ordinal).Replace("@", ElasticsearchScript.Replace("'v'", $"'{copy}'", StringComparison.Ordinal), StringComparison.Ordinal);

    /// <inheritdoc cref="ElasticsearchRescore"/>
    private static string OpenSearchRescore(string query, string copy) => """{"size":10,"query":#,"rescore":{"window_size":60,"query":{"query_weight":0,"rescore_query":@}}}"""
        .Replace("#", query, StringComparison.Ordinal).Replace("@", OpenSearchScript(copy), StringComparison.Ordinal);

    private static string OpenSearchScript(string field) =>
        """{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity(params.q, doc['#']) + 1.0","params":{"q":$V}}}}""".Replace("#", field, StringComparison.Ordinal);

    /// <summary>A second field in the same space, in which documents are slightly nearer to the query vector.</summary>
    private static string InTwoFields(double angle) => $$"""{{Fan.Json(Fan.VectorAt(angle))}},"w":{{Fan.Json(Fan.VectorAt(0.9 * angle))}}""";

    private static string ByteArray() => JsonSerializer.Serialize(FanShape.BytesAt(0));

    private static string ByteHex() => "\"" + Convert.ToHexStringLower([.. FanShape.BytesAt(0).Select(static component => (byte)component)]) + "\"";

    private static string ByteBase64() => "\"" + Convert.ToBase64String([.. FanShape.BytesAt(0).Select(static component => (byte)component)]) + "\"";

    /// <summary>The query vector in big-endian Base64: whole float32, or their upper halves.</summary>
    private static string Packed(int bytesEach)
    {
        byte[] whole = Convert.FromBase64String(Fan.Base64(Fan.VectorAt(0)));
        return Convert.ToBase64String([.. whole.Chunk(4).SelectMany(component => component.Take(bytesEach))]);
    }

    /// <summary>A form and the index it is for.</summary>
    /// <param name="Shape">The index.</param>
    /// <param name="Body">With <c>$V</c> where the vector stands, and <c>#</c> where a wrapped query does.</param>
    internal sealed record Form(FanShape Shape, string Body)
    {
        /// <summary>The expected hits with the query vector turned left by an angle.</summary>
        public Func<double, IEnumerable<FanDocument>> Finds { get; init; } = static angle => Fan.Ranked(angle).Take(10);

        /// <summary>The query inside the wrapper. Null if there is none.</summary>
        public string? Wrapped { get; init; }

        /// <summary>The vector's JSON; null = an array of floats.</summary>
        public Func<string>? Vector { get; init; }

        /// <summary>Whether the body contains the query text, so that no header is needed.</summary>
        public bool HoldsQueryText { get; init; }

        /// <summary>Whether the expected hits are those of the engine with the turned vector.</summary>
        public bool IsByEngine { get; init; }

        /// <summary>The search with a vector.</summary>
        public string With(string vector)
        {
            string body = Body.Replace("$V", vector, StringComparison.Ordinal);
            return Wrapped is null
                ? body
                : body.Replace("#", $$$"""{"wrapper":{"query":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Wrapped.Replace("$V", vector, StringComparison.Ordinal)))}}}"}}""", StringComparison.Ordinal);
        }

        /// <summary>Whether the vectors are rounded, so that their order is only approximately that of their angles.</summary>
        public bool IsRounded { get; init; } = Shape == Bytes || Shape == BytesOpenSearch || Shape == BFloat16;
    }
}
