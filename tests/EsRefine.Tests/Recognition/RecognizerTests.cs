using System.Text;
using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.TestSupport;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class RecognizerTests
{
    private const string Knn = """{"knn":{"field":"vec","query_vector":[0.1,0.2],"k":10,"num_candidates":100}}""";
    private const string OpenSearchKnn = """{"knn":{"vec":{"vector":[0.1,0.2],"k":10}}}""";

    [Fact]
    public void Top_level_knn_object_is_recognized_with_all_it_says()
    {
        var body = new SearchBody(
            """
                {"knn":{"field":"vec","query_vector":[0.1,0.2],"k":10,"num_candidates":100,"filter":{"term":{"lang":"en"}},"boost":2,"_name":"near"},
                "size":20}
                """);

        KnnClause clause = body.OnlyClause;
        Assert.Equal((EngineDialect.Elasticsearch, KnnClauseForm.TopLevel, "vec"), (clause.Dialect, clause.Form, clause.Field));
        Assert.Equal((10, 100), (clause.K, clause.NumCandidates));
        Assert.Equal("[0.1,0.2]", SearchBody.Vector(clause));
        Assert.Equal(VectorSpelling.Array, clause.Vector.Spelling);
        Assert.Equal(["""own {"term":{"lang":"en"}}"""], SearchBody.Filters(clause));
        Assert.False(clause.IsRadial);
        Assert.Equal(20, body.Search!.Size);
    }

    [Fact]
    public void Top_level_knn_array_gives_one_clause_each()
    {
        var body = new SearchBody("""
            {"knn":[{"field":"a","query_vector":[1,0],"k":5},{"field":"b","query_vector":[0,1],"num_candidates":50}],"query":{"match":{"t":"x"}}}
            """);

        Assert.Equal(["a", "b"], body.Clauses.Select(static clause => clause.Field));
        Assert.Equal(["[1,0]", "[0,1]"], body.Clauses.Select(SearchBody.Vector));
        Assert.Equal([5, null], body.Clauses.Select(static clause => clause.K));
        Assert.Equal("x", body.Search!.LexicalText);
    }

    [Theory]
    [InlineData("""{"query":#}""")]
    [InlineData("""{"query":{"bool":{"must":#}}}""")]
    [InlineData("""{"query":{"bool":{"must":[{"match_all":{}},#]}}}""")]
    [InlineData("""{"query":{"bool":{"should":#}}}""")]
    [InlineData("""{"query":{"bool":{"should":[#,{"match":{"t":"x"}}]}}}""")]
    [InlineData("""{"query":{"bool":{"must":{"bool":{"should":{"bool":{"must":[#]}}}}}}}""")]
    [InlineData("""{"query":{"dis_max":{"tie_breaker":0.3,"queries":[{"match":{"t":"x"}},#]}}}""")]
    [InlineData("""{"query":{"function_score":{"query":#,"field_value_factor":{"field":"year"}}}}""")]
    [InlineData("""{"query":{"boosting":{"positive":#,"negative":{"match":{"t":"x"}},"negative_boost":0.5}}}""")]
    [InlineData("""{"query":{"script_score":{"query":#,"script":{"source":"_score*2"}}}}""")]
    [InlineData("""{"query":{"script_score":{"query":#,"script":"_score*2"}}}""")]
    [InlineData("""{"query":{"pinned":{"ids":["1"],"organic":#}}}""")]
    [InlineData("""{"query":{"rule":{"ruleset_ids":["r"],"match_criteria":{"q":"knn"},"organic":#}}}""")]
    [InlineData("""{"query":{"hybrid":{"pagination_depth":20,"queries":[{"match":{"t":"x"}},#]}}}""")]
    [InlineData("""{"retriever":{"standard":{"query":#}}}""")]
    [InlineData("""{"sub_searches":[{"query":{"match":{"t":"x"}}},{"query":#}],"rank":{"rrf":{"rank_window_size":50}}}""")]
    public void Knn_query_is_recognized_in_every_slot_that_ranks(string frame)
    {
        foreach ((string query, EngineDialect dialect) in new[] { (Knn, EngineDialect.Elasticsearch), (OpenSearchKnn, EngineDialect.OpenSearch) })
        {
            var body = new SearchBody(SearchBody.Fill(frame, query));

            KnnClause clause = body.OnlyClause;
            Assert.Equal((dialect, KnnClauseForm.Query, "vec", 10), (clause.Dialect, clause.Form, clause.Field, clause.K));
            Assert.Equal("[0.1,0.2]", SearchBody.Vector(clause));
            Assert.Empty(body.Search!.OtherVectors);
            Assert.False(clause.IsJoined);
        }
    }

    [Theory]
    [InlineData("""{"query":{"bool":{"must_not":#}}}""")]
    [InlineData("""{"query":{"bool":{"must_not":[#]}}}""")]
    [InlineData("""{"query":{"bool":{"filter":#}}}""")]
    [InlineData("""{"query":{"bool":{"filter":[{"term":{"a":"b"}},#]}}}""")]
    [InlineData("""{"query":{"bool":{"filter":{"bool":{"must":#}}}}}""")]
    [InlineData("""{"query":{"boosting":{"positive":{"match":{"t":"x"}},"negative":#}}}""")]
    [InlineData("""{"query":{"constant_score":{"filter":#}}}""")]
    [InlineData("""{"query":{"function_score":{"functions":[{"filter":#,"weight":2}]}}}""")]
    [InlineData("""{"query":{"nested":{"path":"p","query":{"bool":{"filter":#}}}}}""")]
    [InlineData("""{"query":{"match_all":{}},"post_filter":#}""")]
    [InlineData("""{"query":{"match_all":{}},"rescore":{"query":{"rescore_query":#}}}""")]
    [InlineData("""{"query":{"match_all":{}},"highlight":{"highlight_query":#,"fields":{"t":{}}}}""")]
    [InlineData("""{"query":{"match_all":{}},"sort":[{"o.p":{"nested":{"path":"o","filter":#}}}]}""")]
    [InlineData("""{"aggs":{"near":{"filter":#}}}""")]
    [InlineData("""{"aggs":{"near":{"filters":{"filters":{"a":#}}}}}""")]
    [InlineData("""{"query":{"more_like_this":{"like":#}}}""")]
    [InlineData("""{"query":{"wrapper":{"query":#}}}""")]
    [InlineData("""{"query":{"template":#}}""")]
    [InlineData("""{"ext":#}""")]
    [InlineData("""{"query":{"term":{"tag":"knn"}}}""")]
    [InlineData("""{"query":{"terms":{"knn":["field","query_vector"]}}}""")]
    [InlineData("""{"query":{"match":#}}""")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"params.knn.k","params":#}}}}""")]
    [InlineData("""{"suggest":#}""")]
    [InlineData("""{"unknown":{"query":#}}""")]
    [InlineData("""{"query":{"match_all":{}}}""")]
    [InlineData("""{"knn":{"field":"vec","k":10}}""")]
    [InlineData("""{"knn":{"query_vector":[1,2],"k":10}}""")]
    [InlineData("""{"query":{"knn":{"vec":{"vector":"${v}","k":2}}}}""")]
    [InlineData("""{}""")]
    [InlineData("""[#]""")]
    [InlineData("\"knn\"")]
    public void Nothing_is_recognized_where_nothing_ranks_by_a_vector(string frame)
    {
        Assert.Null(new SearchBody(SearchBody.Fill(frame, Knn)).Search);
    }

    [Fact]
    public void Nested_query_gives_its_path_and_keeps_the_filters_of_its_documents_apart()
    {
        var body = new SearchBody("""
            {"query":{"bool":{"must":{"nested":{"query":{"bool":{"must":{"knn":{"field":"p.v","query_vector":[1],"filter":{"term":{"p.a":1}}}},
            "filter":{"term":{"p.lang":"en"}}}},
            "inner_hits":{},"path":"p"}},"filter":{"term":{"tenant":7}}}}}
            """);

        Assert.Equal("p", body.OnlyClause.NestedPath);
        Assert.Equal(["""own {"term":{"p.a":1}}""", """p: {"term":{"p.lang":"en"}}""", """{"term":{"tenant":7}}"""], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Innermost_nested_query_names_the_path()
    {
        var body = new SearchBody(
            """
                {"query":{"nested":{"path":"a","query":{"bool":{"must":{"nested":{"path":"a.b","query":{"knn":{"a.b.v":{"vector":[1],"k":1}}}}},
                "must_not":{"term":{"a.x":1}}}}}}}
                """);

        Assert.Equal("a.b", body.OnlyClause.NestedPath);
        Assert.Equal(["""a: !{"term":{"a.x":1}}"""], SearchBody.Filters(body.OnlyClause));
    }

    [Theory]
    [InlineData("has_child")]
    [InlineData("has_parent")]
    public void Clause_of_related_documents_says_so(string join)
    {
        var body = new SearchBody(SearchBody.Fill("""{"query":{"#":{"type":"t","query":{"knn":{"field":"vec","query_vector":[1]}}}}}""", join));

        Assert.True(body.OnlyClause.IsJoined);
    }

    [Fact]
    public void OpenSearch_clause_is_told_by_its_only_key_whatever_the_field_is_called()
    {
        foreach (string field in new[] { "field", "filter", "query_vector_builder", "caf\u00e9", "a.b" })
        {
            KnnClause clause = new SearchBody(SearchBody.Fill("""{"query":{"knn":{"#":{"vector":[1,2],"k":3}}}}""", field)).OnlyClause;
            Assert.Equal((EngineDialect.OpenSearch, field), (clause.Dialect, clause.Field));
        }
    }

    [Fact]
    public void Elasticsearch_clause_is_told_by_its_field_whatever_comes_first()
    {
        foreach (string first in new[] { """ "filter":{"term":{"a":1}}""", """ "filter":[]""", """ "rescore_vector":{"oversample":2}""", """ "k":"10" """ })
        {
            KnnClause clause = new SearchBody(SearchBody.Fill("""{"query":{"knn":{#,"field":"vec","query_vector":[1,2]}}}""", first)).OnlyClause;
            Assert.Equal((EngineDialect.Elasticsearch, "vec"), (clause.Dialect, clause.Field));
        }
    }

    [Theory]
    [InlineData("""{"knn":{"field":"vec","query_vector":[1],"similarity":0.5}}""")]
    [InlineData("""{"query":{"knn":{"vec":{"vector":[1],"min_score":0.5}}}}""")]
    [InlineData("""{"query":{"knn":{"vec":{"vector":[1],"max_distance":2}}}}""")]
    [InlineData("""
        {"query":{"script_score":{"query":{"match_all":{}},"min_score":1.5,"script":{"source":"dotProduct(params.q,'vec')","params":{"q":[1]}}}}}
        """)]
    public void Thresholds_make_a_clause_radial(string json)
    {
        Assert.True(new SearchBody(json).OnlyClause.IsRadial);
    }

    [Theory]
    [InlineData("\"fb09\"", nameof(VectorSpelling.String))]
    [InlineData("\"PwAAAEEgAABAwAAA\"", nameof(VectorSpelling.String))]
    [InlineData("0.5", nameof(VectorSpelling.Number))]
    [InlineData("-1e-7", nameof(VectorSpelling.Number))]
    [InlineData("[ 1 ,\n2 ]", nameof(VectorSpelling.Array))]
    [InlineData("[]", nameof(VectorSpelling.Array))]
    public void Vector_is_found_in_every_spelling(string vector, string spelling)
    {
        var body = new SearchBody(SearchBody.Fill("""{"knn":{"field":"vec","query_vector":# ,"k":1}}""", vector));

        Assert.Equal(spelling, body.OnlyClause.Vector.Spelling.ToString());
        Assert.Equal(vector, SearchBody.Vector(body.OnlyClause));
    }

    [Theory]
    [InlineData("""{"knn":{"field":"vec","query_vector_builder":{"text_embedding":{"model_id":"m","model_text":"blue shoes"}}}}""", "blue shoes")]
    [InlineData("""{"query":{"knn":{"query_vector_builder":{"embedding":{"inference_id":"e","input":"blue shoes"}},"field":"vec"}}}""", "blue shoes")]
    [InlineData("""{"query":{"knn":{"query_vector_builder":{"embedding":{"input":{"type":"text","value":"blue shoes"},"inference_id":"e","timeout":"9s"}},"field":"vec"}}}""", "blue shoes")]
    [InlineData("""{"retriever":{"knn":{"field":"vec","query_vector_builder":{"lookup":{"index":"i","id":"42","path":"vec"}}}}}""", null)]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"blue shoes","model_id":"m","k":10}}}}""", "blue shoes")]
    public void Clause_that_says_where_to_have_its_vector_from_is_recognized_as_such(string json, string? text)
    {
        KnnClause clause = new SearchBody(json).OnlyClause;

        Assert.Equal(("vec", text, false), (clause.Field, clause.Text, clause.HoldsVector));
        Assert.NotEqual(KnnClauseForm.TextOnly, clause.Form);
        Assert.NotNull(clause.Source);
    }

    [Theory]
    [InlineData("""{"query":{"hybrid":{"queries":[{"neural":{"vec":{"query_image":"AAAA","model_id":"m"}}}]}}}""", null)]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"blue shoes","query_image":"AAAA","model_id":"m"}}}}""", "blue shoes")]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"blue shoes","query_tokens":{"blue":1.0}}}}}""", "blue shoes")]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"blue shoes","semantic_field_search_analyzer":"standard"}}}}""", "blue shoes")]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":" ","model_id":"m"}}}}""", " ")]
    [InlineData("""{"query":{"semantic":{"field":"vec","query":"blue shoes"}}}""", "blue shoes")]
    [InlineData("""{"knn":{"field":"vec","query_vector_builder":{"embedding":{"inference_id":"e","input":{"type":"image","format":"base64","value":"AAAA"}}}}}""", null)]
    [InlineData("""{"knn":{"field":"vec","query_vector_builder":{"embedding":{"inference_id":"e","input":[{"type":"text","value":"blue"},{"type":"image","value":"AAAA"}]}}}}""", null)]
    [InlineData("""{"knn":{"field":"vec","query_vector_builder":{"text_embedding":{"model_id":"m","model_text":"blue shoes","language":"en"}}}}""", "blue shoes")]
    [InlineData("""{"knn":{"field":"vec","query_vector_builder":{"text_embedding":{"model_id":["m"],"model_text":"blue shoes"}}}}""", "blue shoes")]
    public void Clause_that_nobody_knows_a_vector_of_holds_its_text_alone(string json, string? text)
    {
        KnnClause clause = new SearchBody(json).OnlyClause;

        Assert.Equal((KnnClauseForm.TextOnly, "vec", text), (clause.Form, clause.Field, clause.Text));
        Assert.Null(clause.Source);
    }

    [Fact]
    public void Knn_search_of_Elasticsearch_8_takes_its_filter_from_beside_the_clause()
    {
        var body = new SearchBody("""
            {"knn":{"field":"vec","query_vector":[0.3,0.1],"k":10,"num_candidates":100},"filter":{"term":{"a":1}},"_source":["t"],"fields":["d"]}
            """);

        Assert.Equal(["""{"term":{"a":1}}"""], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Point_in_time_pipeline_and_runtime_fields_are_located()
    {
        var body = new SearchBody("""
            {"pit":{"id":"x","keep_alive":"1m"},"search_pipeline":"p","runtime_mappings":{"r":{"type":"long","script":"emit(1)"}},"size":"7",
            "query":{"knn":{"v":{"vector":[1],"k":1}}}}
            """);

        Assert.Equal("""{"id":"x","keep_alive":"1m"}""", SearchBody.Text(body.Search!.PointInTime));
        Assert.Equal("\"p\"", SearchBody.Text(body.Search.SearchPipeline));
        Assert.Equal("""{"r":{"type":"long","script":"emit(1)"}}""", SearchBody.Text(body.Search.RuntimeMappings));
        Assert.Equal(7, body.Search.Size);
    }

    [Fact]
    public void Byte_scan_lets_through_what_cannot_hold_a_clause()
    {
        Assert.False(Recognizer.MayHoldKnn("""{"query":{"match":{"t":"what is knn search"}},"size":10}"""u8));
        Assert.True(Recognizer.MayHoldKnn("""{"query":{"knn":{}}}"""u8));
        Assert.True(Recognizer.MayHoldKnn("""{"query" : {"script_score" : {}}}"""u8));
        Assert.True(Recognizer.MayHoldKnn("""{"query":{"neural":{}}}"""u8));
        Assert.True(Recognizer.MayHoldKnn("""{"query":{"semantic":{}}}"""u8));
    }

    [Fact]
    public void Large_body_costs_no_large_objects()
    {
        byte[] json = Encoding.UTF8.GetBytes(SearchBody.Fill(
            """{"knn":{"field":"vec","query_vector":[#],"filter":{"terms":{"id":[#]}}},"query":{"match":{"t":"x"}},"ext":{"text":"#"}}""",
            string.Join(',', Enumerable.Repeat("0.12345678", 50_000))));
        Assert.NotNull(Recognizer.Recognize(json));
        Assert.InRange(Allocations.BytesPerCall(() => Recognizer.Recognize(json)), 1, 4_096);
    }

    [Fact]
    public void Script_similarity_is_that_of_its_function()
    {
        foreach ((string call, VectorSimilarity similarity) in new[]
        {
            ("cosineSimilarity(params.q, 'vec') + 1.0", VectorSimilarity.Cosine), ("dotProduct(params.q, 'vec')", VectorSimilarity.MaxInnerProduct),
            ("1 / (1 + l2norm( params['q'] , \\\"vec\\\" ))", VectorSimilarity.L2Norm), ("1/(1+l2Squared(params.q, doc['vec']))", VectorSimilarity.L2Norm),
            ("sigmoid(1, Math.E, -dotProduct(params.get('q'), 'vec'))", VectorSimilarity.MaxInnerProduct),
            ("double s = cosineSimilarity(params.q, \\u0027vec\\u0027); return s < 0 ? 0 : s;", VectorSimilarity.Cosine),
        })
        {
            var body = new SearchBody(SearchBody.Fill("""
                {"query":{"script_score":{"query":{"match_all":{}},"script":{"params":{"q":[1,2]},"source":"#"}}}}
                """, call));

            Assert.Equal(similarity, body.OnlyClause.Script!.Function.Similarity());
            Assert.Equal((KnnClauseForm.Script, "vec", "[1,2]"), (body.OnlyClause.Form, body.OnlyClause.Field, SearchBody.Vector(body.OnlyClause)));
            Assert.Empty(body.OnlyClause.Filters);
            Assert.StartsWith("""{"params":""", SearchBody.Text(body.OnlyClause.Script!.Json), StringComparison.Ordinal);
        }
    }
}
