using System.Text;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Tests.Recognition;
using EsRefine.Tests.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Pipeline;

public sealed class SplicerTests
{
    [Fact]
    public void Vector_is_replaced_and_every_other_byte_stays()
    {
        Assert.Equal(
            """{ "size": 1e1,"knn":{"field":"vec","query_vector":[0.5,-1] , "k":10}, "x":"\u00e9/\/", "y":1.0 }""",
            Refine("""{ "size": 1e1,"knn":{"field":"vec","query_vector":[ 1, 2.0 ] , "k":10}, "x":"\u00e9/\/", "y":1.0 }"""));
    }

    [Fact]
    public void Copies_change_with_the_clause_however_they_are_spelled()
    {
        Assert.Equal(
            """
            {"knn":{"field":"vec","query_vector":"PwAAAL+AAAA="},"rescore":[{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},
            "script":{"source":"dotProduct(params.v,'vec')","params":{"v":[0.5,-1],"w":[1,3]}}}}}}]}
            """,
            Refine("""
            {"knn":{"field":"vec","query_vector":"P4AAAEAAAAA="},"rescore":[{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},
            "script":{"source":"dotProduct(params.v,'vec')","params":{"v":[1.00,2e0],"w":[1,3]}}}}}}]}
            """));
    }

    [Fact]
    public void Equal_vector_for_another_field_is_no_copy()
    {
        const string filter = """{"knn":{"field":"other","query_vector":[1,2]}}""";
        Assert.Equal(
            SearchBody.Fill("""{"knn":{"field":"vec","query_vector":[0.5,-1],"filter":#}}""", filter),
            Refine(SearchBody.Fill("""{"knn":{"field":"vec","query_vector":[1,2],"filter":#}}""", filter)));
    }

    [Fact]
    public void Copy_in_a_script_that_names_no_field_changes_too()
    {
        Assert.Equal(
            """{"sort":{"_script":{"script":{"id":"stored","params":{"q":[0.5,-1]}}}},"knn":{"field":"vec","query_vector":[0.5,-1]}}""",
            Refine("""{"sort":{"_script":{"script":{"id":"stored","params":{"q":[1,2]}}}},"knn":{"field":"vec","query_vector":[1,2]}}"""));
    }

    [Fact]
    public void Copy_of_two_clauses_leaves_all_as_they_are()
    {
        Assert.Null(Refine("""
            {"knn":[{"field":"vec","query_vector":[1,2]},{"field":"w","query_vector":[1,2]}],
            "sort":{"_script":{"script":{"id":"stored","params":{"q":[1,2]}}}}}
            """));
    }

    [Fact]
    public void Clauses_on_one_field_with_one_vector_change_together_and_with_their_copies()
    {
        Assert.Equal(
            """{"knn":[{"field":"vec","query_vector":[0.5,-1]},{"field":"vec","query_vector":[0.5,-1]}],"post_filter":{"knn":{"field":"vec","query_vector":[0.5,-1]}}}""",
            Refine("""{"knn":[{"field":"vec","query_vector":[1,2]},{"field":"vec","query_vector":[1.0,2e0]}],"post_filter":{"knn":{"field":"vec","query_vector":[1,2]}}}"""));
    }

    [Fact]
    public void Clauses_on_two_fields_with_equal_vectors_are_refined_each_by_itself()
    {
        Assert.Equal(
            """{"knn":[{"field":"vec","query_vector":[0.5,-1]},{"field":"w","query_vector":[1,2]}]}""",
            Refine("""{"knn":[{"field":"vec","query_vector":[1,2]},{"field":"w","query_vector":[1,2]}]}"""));
    }

    [Fact]
    public void A_vector_to_look_up_gives_its_place_to_the_refined_one()
    {
        Assert.Equal(
            """{"knn":{"field":"vec", "query_vector":[0.5,-1] ,"k":3}}""",
            Refine("""{"knn":{"field":"vec", "query_vector_builder" : {"lookup":{"index":"i","id":"1","path":"vec"}} ,"k":3}}"""));
    }

    [Theory]
    [InlineData("vec", "alias")]
    [InlineData("alias", "vec")]
    [InlineData("alias", "nickname")]
    public void Copies_change_with_the_clause_by_whichever_of_the_field_s_names_they_go(string clause, string copy)
    {
        string body = """
            {"knn":[{"field":"#","query_vector":[1,2]},{"field":"@","query_vector":[1,2.0]},{"field":"w","query_vector":[1,2]}],"post_filter":{"knn":{"field":"@","query_vector":[1,2]}},
            "rescore":{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.v,'@')","params":{"v":[1,2]}}}}}}}
            """.Replace("#", clause, StringComparison.Ordinal).Replace("@", copy, StringComparison.Ordinal);

        Assert.Equal(body.Replace("[1,2", "[0.5,-1", StringComparison.Ordinal).Replace("-1.0", "-1", StringComparison.Ordinal).Replace("\"w\",\"query_vector\":[0.5,-1]", "\"w\",\"query_vector\":[1,2]", StringComparison.Ordinal), Refine(body));
    }

    [Theory]
    [InlineData(""" "knn":[{"field":"vec","query_vector":[1,2]},{"field":"unmapped","query_vector":[1,2]}]""")]
    [InlineData(""" "knn":{"field":"vec","query_vector":[1,2]},"post_filter":{"knn":{"field":"unmapped","query_vector":[1,2]}}""")]
    public void Copy_under_a_name_that_the_mapping_does_not_tell_leaves_all_as_they_are(string members)
    {
        Assert.Null(Refine("{" + members + "}"));
        Assert.NotNull(Refine("{" + members.Replace("unmapped\",\"query_vector\":[1,2]", "unmapped\",\"query_vector\":[1,3]", StringComparison.Ordinal) + "}"));
    }

    [Fact]
    public void Copies_in_wrappers_change_too_and_the_other_wrappers_do_not()
    {
        const string Filter = """{"wrapper":{"query":"eyJ0ZXJtIjp7\nImEiOjF9fQ\u003d\u003d"}}""";
        const string Script = """{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.v,'vec')","params":{"v":[#]}}}}""";
        const string Body = """{"query":@,"post_filter":%,"rescore":{"query":{"rescore_query":$}}}""";

        Assert.Equal(Write("0.5,-1"), Refine(Write("1,2")));

        static string Write(string vector) => Body
            .Replace("@", SearchBody.Wrap(SearchBody.Fill("""{"knn":{"field":"vec","query_vector":[#]}}""", vector)), StringComparison.Ordinal)
            .Replace("$", SearchBody.Wrap(SearchBody.Wrap(SearchBody.Fill(Script, vector))), StringComparison.Ordinal)
            .Replace("%", Filter, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"a","model_id":"m","k":3}}}}""", """{"query":{"knn":{"vec":{"vector":[0.5,-1],"k":3}}}}""")]
    [InlineData("""{"query":{"neural":{"vec":{"model_id":"m" , "query_text":"a"}}}}""", """{"query":{"knn":{"vec":{ "vector":[0.5,-1],"k":10}}}}""")]
    [InlineData("""{"query":{"neural" : { "vec":{ "k": "7", "query_text" : "a" , "model_id" : "m" } }}}""", """{"query":{"knn" : { "vec":{ "k": "7", "vector":[0.5,-1]  } }}}""")]
    [InlineData("""{"query":{"neural":{"vec":{"query_text":"a"}}}}""", """{"query":{"knn":{"vec":{"vector":[0.5,-1],"k":10}}}}""")]
    [InlineData("""{"query":{"neural":{"vec":{"min_score":0.50,"query_text":"a"}}}}""", """{"query":{"knn":{"vec":{"min_score":0.50,"vector":[0.5,-1]}}}}""")]
    [InlineData(
        """{"query":{"neural":{"vec":{"filter":{"term":{"model_id":"x"}},"model_id":"m","boost":1.50,"_name":"n","query_text":"a","method_parameters":{"ef_search":9},"rescore":true,"expand_nested_docs":false,"max_distance":2}}}}""",
        """{"query":{"knn":{"vec":{"filter":{"term":{"model_id":"x"}},"boost":1.50,"_name":"n","vector":[0.5,-1],"method_parameters":{"ef_search":9},"rescore":true,"expand_nested_docs":false,"max_distance":2}}}}""")]
    public void A_neural_query_becomes_the_knn_that_the_engine_makes_of_it(string neural, string knn) => Assert.Equal(knn, Refine(neural));

    [Fact]
    public void A_neural_query_in_a_wrapper_becomes_knn_there() => Assert.Equal(
        SearchBody.Fill("""{"query":#}""", SearchBody.Wrap("""{"knn":{"vec":{"vector":[0.5,-1],"k":10}}}""")),
        Refine(SearchBody.Fill("""{"query":#}""", SearchBody.Wrap("""{"neural":{"vec":{"query_text":"a","model_id":"m"}}}"""))));

    private static string? Refine(string json)
    {
        var body = new SearchBody(json);
        var mapping = new FieldMapping
        {
            Field = "vec",
            Dialect = EngineDialect.Elasticsearch,
            ElementType = VectorElementType.Float,
            Dimensions = 2,
            Names = ["vec", "alias", "nickname"],
            NamesOfOthers = ["w", "other"],
        };
        OpenedBody? opened = body.Search!.Opened;
        IReadOnlyList<BodyEdit>? edits = Splicer.EditsFor(
            Tasks.Of(body.Search!, body.Clauses[0], mapping, queryVector: [1, 2]), refined: [0.5f, -1]);
        return edits is null ? null : Encoding.UTF8.GetString(BodyEdits.Splice(body.Bytes, opened?.Close(edits) ?? edits));
    }
}
