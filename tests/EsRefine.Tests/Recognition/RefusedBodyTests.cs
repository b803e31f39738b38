using System.Text;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class RefusedBodyTests
{
    private const string Clause = """ "knn":{"field":"vec","query_vector":[1,2]}""";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("\uFEFF{#}")]
    [InlineData("{# /* comment */}")]
    [InlineData("{#,}")]
    [InlineData("{#}x")]
    [InlineData("{#}{#}")]
    [InlineData("{#")]
    [InlineData("""{"knn":{"field":"vec","query_vector":[1,2,]}}""")]
    [InlineData("""{"knn":{"field":"vec","query_vector":[1,NaN]}}""")]
    [InlineData("""{"knn":{"field":"vec","query_vector":[1,01]}}""")]
    [InlineData("""{'knn':{"field":"vec","query_vector":[1]}}""")]
    public void Body_that_is_not_strict_JSON_passes_through(string json)
    {
        Assert.Null(new SearchBody(SearchBody.Fill(json, Clause)).Search);
    }

    [Theory]
    [InlineData("{#,#}")]
    [InlineData("""{#,"\u006bnn":{"field":"w","query_vector":[3]}}""")]
    [InlineData("""{#,"size":1,"size":2}""")]
    [InlineData("""{#,"highlight":{"fields":{"query":{},"\u0071uery":{}}}}""")]
    [InlineData("""{#,"script_fields":{"a":{"script":{"source":"1","params":{"query":1,"query":2}}}}}""")]
    [InlineData("""{"knn":{"field":"vec","field":"vec","query_vector":[1]}}""")]
    [InlineData("""{"knn":{"field":"vec","query_vector":[1],"query_vector":[2]}}""")]
    [InlineData("""{#,"query":{"bool":{"must":{"match_all":{}},"must":{"match_all":{}}}}}""")]
    [InlineData("""{#,"query":{"bool":{"must":{"match_all":{}}},"match":{"t":"x"}}}""")]
    [InlineData("""{#,"aggs":{},"rescore":{"query":{},"query":{}}}""")]
    [InlineData("""{"query":{"knn":{"a":{"vector":[1],"k":1},"b":{"vector":[1],"k":1}}}}""")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'v')","params":{"q":[1],"q":[2]}}}}}""")]
    public void Body_that_both_engines_refuse_passes_through(string json)
    {
        Assert.Null(new SearchBody(SearchBody.Fill(json, Clause)).Search);
    }

    [Fact]
    public void Known_word_spelled_with_escapes_passes_through_and_other_names_may_be()
    {
        Assert.Null(new SearchBody(SearchBody.Fill("""{#,"\u0066rom":10}""", Clause)).Search);
        Assert.Null(new SearchBody(SearchBody.Fill("""{#,"query":{"term":{"q\u0075ery":1}}}""", Clause)).Search);
        Assert.Single(new SearchBody(SearchBody.Fill("""{#,"query":{"term":{"gr\u00f6\u00dfe":1}},"_sourc\u0065":true}""", Clause)).Clauses);
    }

    [Fact]
    public void Depth_is_limited_and_millions_of_brackets_cost_nothing()
    {
        string Deep(int bools) => string.Concat(Enumerable.Repeat("""{"bool":{"must":""", bools)) + "{" + Clause + "}" + new string('}', 2 * bools);

        Assert.NotNull(new SearchBody("{\"query\":" + Deep(50) + "}").Search);
        Assert.Null(new SearchBody("{\"query\":" + Deep(70) + "}").Search);
        Assert.Null(Recognizer.Recognize(Enumerable.Repeat((byte)'[', 5_000_000).ToArray()));
        Assert.Null(Recognizer.Recognize(Encoding.UTF8.GetBytes("{\"query\":" + string.Concat(Enumerable.Repeat("{\"bool\":{\"must\":[", 300_000)))));
        Assert.Null(Recognizer.Recognize(Encoding.UTF8.GetBytes("{\"x\":[" + string.Concat(Enumerable.Repeat("[],", 1_500_000)) + "[]]}")));
    }

    [Fact]
    public void Counts_are_limited()
    {
        Assert.Equal(Findings.MaxClauses, Many("""{"knn":[#]}""", Findings.MaxClauses, """{"field":"v","query_vector":[1]}""")!.Clauses.Count);
        Assert.Null(Many("""{"knn":[#]}""", Findings.MaxClauses + 1, """{"field":"v","query_vector":[1]}"""));
        Assert.Null(Many("{" + Clause + ""","query":{"bool":{"must_not":[#]}}}""", Findings.MaxOtherVectors + 1, "{" + Clause + "}"));
        Assert.NotNull(Many("{" + Clause + ""","sort":[#]}""", Findings.MaxSourceLength / 8, """{"_script":{"script":"_score+1"}}"""));
        Assert.Null(Many("{" + Clause + ""","sort":[#]}""", (Findings.MaxSourceLength / 8) + 1, """{"_script":{"script":"_score+1"}}"""));
        Assert.Null(Many("""{"query":{"bool":{"must":[{"knn":{"field":"v","query_vector":[1]}},#]}}}""", FilterScope.MaxFilters + 1, "{\"a\":{}}"));

        static RecognizedSearch? Many(string frame, int count, string item) =>
            new SearchBody(SearchBody.Fill(frame, string.Join(',', Enumerable.Repeat(item, count)))).Search;
    }

    [Fact]
    public void Field_name_that_is_no_text_is_no_clause()
    {
        Assert.Null(new SearchBody("""{"knn":{"field":"\udc00","query_vector":[1]}}""").Search);
        Assert.Null(new SearchBody("""{"query":{"knn":{"\udc00":{"vector":[1],"k":1}}}}""").Search);
    }
}
