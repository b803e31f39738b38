using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class OtherVectorTests
{
    private const string Script = """{"source":"dotProduct(params.v,'vec')+1.0","params":{"v":[0.1,0.9],"unit":"km","levels":["a"]}}""";
    private const string ScriptScore = """{"script_score":{"query":{"match_all":{}},"script":#}}""";

    [Theory]
    [InlineData(""" "rescore":{"window_size":20,"query":{"query_weight":0,"rescore_query":@}}""")]
    [InlineData(""" "rescore":[{"query":{"rescore_query":{"bool":{"should":[@]}}}}]""")]
    [InlineData(""" "rescore":{"window_size":20,"script":{"script":#}}""")]
    [InlineData(""" "highlight":{"highlight_query":@,"fields":{"t":{}}}""")]
    [InlineData(""" "highlight":{"fields":[{"t":{"highlight_query":@}}]}""")]
    [InlineData(""" "sort":[{"_script":{"type":"number","script":#}},"_score"]""")]
    [InlineData(""" "sort":{"_script":{"type":"number","script":#}}""")]
    [InlineData(""" "script_fields":{"similarity":{"script":#}}""")]
    [InlineData(""" "runtime_mappings":{"similarity":{"type":"double","script":#}}""")]
    [InlineData(""" "post_filter":{"bool":{"must":@}}""")]
    [InlineData(""" "aggs":{"near":{"filter":@,"aggs":{"n":{"terms":{"field":"t"}}}}}""")]
    [InlineData(""" "aggs":{"t":{"terms":{"field":"t"},"aggs":{"n":{"filters":{"filters":[@]}}}}}""")]
    [InlineData(""" "aggregations":{"caf\u00e9":{"top_hits":{"sort":[{"_script":{"script":#}}]}}}""")]
    [InlineData(""" "collapse":{"field":"t","inner_hits":[{"name":"n","script_fields":{"s":{"script":#}}}]}""")]
    [InlineData(""" "query":{"function_score":{"functions":[{"script_score":{"script":#}}]}}""")]
    [InlineData(""" "query":{"function_score":{"script_score":{"script":#}}}""")]
    [InlineData(""" "query":{"bool":{"filter":{"script":{"script":#}}}}""")]
    [InlineData(""" "query":{"bool":{"must_not":{"nested":{"path":"p","query":@}}}}""")]
    [InlineData(""" "query":{"nested":{"path":"p","query":{"match_all":{}},"inner_hits":{"sort":[{"_script":{"script":#}}]}}}""")]
    [InlineData(""" "query":{"terms_set":{"t":{"terms":["a"],"minimum_should_match_script":#}}}""")]
    [InlineData(""" "aggs":{"m":{"max":{"script":#}}}""")]
    [InlineData(""" "aggs":{"m":{"significant_terms":{"field":"t","background_filter":@}}}""")]
    [InlineData(""" "aggs":{"t":{"terms":{"field":"t"},"aggs":{"s":{"bucket_script":{"buckets_path":{"n":"n"},"script":#}}}}}""")]
    [InlineData(""" "aggs":{"c":{"composite":{"sources":[{"near":{"terms":{"script":#}}}]}}}""")]
    [InlineData(""" "aggs":{"c":{"weighted_avg":{"value":{"script":#},"weight":{"field":"n"}}}}""")]
    [InlineData(""" "aggs":{"c":{"t_test":{"a":{"field":"n","filter":@},"b":{"field":"n"}}}}""")]
    public void Copies_in_known_places_are_noted_with_their_field(string place)
    {
        var body = new SearchBody("""
            {"knn":{"field":"vec","query_vector":[0.1,0.9],"k":20},
            """ + place.Replace("@", ScriptScore, StringComparison.Ordinal).Replace("#", Script, StringComparison.Ordinal) + "}");

        Assert.Single(body.Clauses);
        Assert.Equal(["[0.1,0.9]"], body.OtherVectors);
        Assert.Equal("vec", body.Search!.OtherVectors[0].Field);
    }

    [Theory]
    [InlineData("""{"params":{"v":[0.1,0.9]},"map_script":"state.n += params.v[0]"}""")]
    [InlineData("""{"map_script":{"source":"state.n += params.v[0]","params":{"v":[0.1,0.9]}}}""")]
    public void Parameters_of_a_scripted_metric_are_noted_for_any_field(string metric)
    {
        var body = new SearchBody("""{"knn":{"field":"vec","query_vector":[0.1,0.9]},"aggs":{"m":{"scripted_metric":#}}}""".Replace("#", metric, StringComparison.Ordinal));

        Assert.Equal(["[0.1,0.9]"], body.OtherVectors);
        Assert.Null(body.Search!.OtherVectors[0].Field);
    }

    [Theory]
    [InlineData("""cosineSimilarity([0.1, 0.9], 'vec')""", "{}", true)]
    [InlineData("""cosineSimilarity(params.v[0], 'vec')""", """{"v":[[0.1,0.9]]}""", true)]
    [InlineData("""cosineSimilarity(params.v[0].w, 'vec')""", """{"v":[{"w":[0.1,0.9]}]}""", true)]
    [InlineData("""hamming(params.v, 'bits') + dotProduct([0.1, 0.9], 'vec')""", """{"v":[1]}""", true)]
    [InlineData("""cosineSimilarity(params.v, 'v' + 'ec')""", """{"v":[0.1,0.9]}""", false)]   // noted: it follows
    [InlineData("""maxSimDotProduct(params.v, 'tokens')""", """{"v":[[0.1,0.9]]}""", false)]   // many vectors, on a field of its own type
    public void Vector_of_a_script_that_cannot_be_traced_may_be_a_copy(string source, string parameters, bool isHidden)
    {
        string script = $$"""{"source":"{{source}}","params":{{parameters}}}""";
        var body = new SearchBody("""{"knn":{"field":"vec","query_vector":[0.1,0.9]},"rescore":{"query":{"rescore_query":#}}}"""
            .Replace("#", ScriptScore.Replace("#", script, StringComparison.Ordinal), StringComparison.Ordinal));

        Assert.Equal(isHidden, body.Search!.HidesVectors);
    }

    [Fact]
    public void Vectors_inside_a_clause_s_own_filter_and_inner_hits_are_noted()
    {
        var body = new SearchBody(
            """
                {"knn":{"field":"vec","query_vector":[1],"filter":[{"knn":{"field":"vec","query_vector":[2]}},
                {"constant_score":{"filter":{"knn":{"w":{"vector":[3],"k":1}}}}}],"inner_hits":{"highlight":{"highlight_query":{"knn":{"field":"vec",
                "query_vector":[4]}}}}}}
                """);

        Assert.Equal(["[2]", "[3]", "[4]"], body.OtherVectors);
        Assert.Equal(["vec", "w", "vec"], body.Search!.OtherVectors.Select(static vector => vector.Field));
    }
}
