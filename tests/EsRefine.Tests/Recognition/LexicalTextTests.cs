using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class LexicalTextTests
{
    [Theory]
    [InlineData("""{"match":{"title":"blue shoes"}}""")]
    [InlineData("""{"match":{"title":{"boost":2,"query":"blue shoes","operator":"and"}}}""")]
    [InlineData("""{"match_phrase":{"title":"blue shoes"}}""")]
    [InlineData("""{"match_phrase":{"title":{"query":"blue shoes","slop":1}}}""")]
    [InlineData("""{"multi_match":{"fields":["a","b^2"],"query":"blue shoes"}}""")]
    [InlineData("""{"combined_fields":{"query":"blue shoes","fields":["a"]}}""")]
    [InlineData("""{"query_string":{"query":"blue shoes","default_field":"a"}}""")]
    [InlineData("""{"simple_query_string":{"query":"blue shoes"}}""")]
    [InlineData("""
        {"bool":{"filter":{"match":{"t":"no"}},"must_not":{"match":{"t":"no"}},"must":[{"term":{"a":"no"}},{"match":{"title":"blue shoes"}},
        {"match":{"title":"second"}}]}}
        """)]
    [InlineData("""{"dis_max":{"queries":[{"match":{"title":"  "}},{"match":{"title":7}},{"match":{"title":"blue shoes"}}]}}""")]
    [InlineData("""{"match":{"title":"blue\u0020sh\u006fes"}}""")]
    [InlineData("""{"bool":{"should":[{"match":{"t":"\ud800"}},{"match":{"t":"blue shoes"}}]}}""")]
    public void First_text_in_a_scoring_position_is_taken(string query)
    {
        foreach (string frame in new[]
        {
            """{"query":#,"knn":{"field":"vec","query_vector":[1]}}""", """{"knn":{"field":"vec","query_vector":[1]},"query":#}""",
            """{"retriever":{"rrf":{"retrievers":[{"knn":{"field":"vec","query_vector":[1]}},{"standard":{"query":#}}]}}}""",
            """{"query":{"hybrid":{"queries":[#,{"knn":{"vec":{"vector":[1],"k":1}}}]}}}""",
        })
        {
            Assert.Equal("blue shoes", new SearchBody(SearchBody.Fill(frame, query)).Search!.LexicalText);
        }
    }

    [Theory]
    [InlineData(""" "query":{"bool":{"filter":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "query":{"bool":{"must_not":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "query":{"constant_score":{"filter":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "query":{"boosting":{"positive":{"match_all":{}},"negative":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "query":{"term":{"t":"x"}}""")]
    [InlineData(""" "post_filter":{"match":{"t":"x"}}""")]
    [InlineData(""" "rescore":{"query":{"rescore_query":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "highlight":{"highlight_query":{"match":{"t":"x"}}}""")]
    [InlineData(""" "aggs":{"a":{"filter":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "retriever":{"standard":{"query":{"match_all":{}},"filter":{"match":{"t":"x"}}}}""")]
    [InlineData(""" "query":{"match":{"t":{"query":["x"]}}}""")]
    public void Text_that_scores_nothing_says_nothing(string place)
    {
        var body = new SearchBody("""{"knn":{"field":"vec","query_vector":[1],"filter":{"match":{"t":"x"}}},""" + place + "}");

        Assert.Null(body.Search!.LexicalText);
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_ignored()
    {
        byte[] json = """{"query":{"match":{"t":"?"}},"knn":{"field":"vec","query_vector":[1]}}"""u8.ToArray();
        json[json.IndexOf((byte)'?')] = 0xFF;

        Assert.Null(new SearchBody(json).Search!.LexicalText);
    }
}
