using EsRefine.Recognition;
using EsRefine.Refinement;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class ScriptTests
{
    [Fact]
    public void Knn_score_of_OpenSearch_is_recognized_by_its_parameters()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"query":{"bool":{"filter":{"term":{"t":1}}}},"script":{"lang":"knn","source":"knn_score",
                "params":{"field":"vec","query_value":[2,3],"space_type":"l2"}}}}}
                """);

        KnnClause clause = body.OnlyClause;
        Assert.Equal((EngineDialect.OpenSearch, KnnClauseForm.Script, "vec"), (clause.Dialect, clause.Form, clause.Field));
        Assert.Equal(VectorSimilarity.L2Norm, clause.ScriptSimilarity);
        Assert.Equal("[2,3]", body.Vector(clause));
        Assert.Equal(["""{"bool":{"filter":{"term":{"t":1}}}}"""], body.Filters(clause));
    }

    [Fact]
    public void Field_named_by_a_parameter_is_followed()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1.0 + cosineSimilarity(params.query_value, doc[params.field])",
                "params":{"field":"vec","query_value":[2,3]}}}}}
                """);

        Assert.Equal((EngineDialect.OpenSearch, "vec"), (body.OnlyClause.Dialect, body.OnlyClause.Field));
    }

    [Theory]
    [InlineData("""{"lang":"knn","source":"knn_score","params":{"field":"vec","query_value":[2,3],"space_type":"l1"}}""")]
    [InlineData("""{"lang":"knn","source":"knn_score","params":{"field":"vec","query_value":"AQ==","space_type":"hammingbit"}}""")]
    [InlineData("""{"source":"hamming(params.q,'vec')","params":{"q":[1,2]}}""")]
    [InlineData("""{"source":"cosineSimilarity(params.q,'a')+cosineSimilarity(params.q,'b')","params":{"q":[1,2]}}""")]
    [InlineData("""{"source":"cosineSimilarity(params.q,'a')+cosineSimilarity(params.r,'a')","params":{"q":[1,2],"r":[3,4]}}""")]
    [InlineData("""{"source":"cosineSimilarity(params.other,'a')","params":{"q":[1,2]}}""")]
    [InlineData("""{"source":"maxSimDotProduct(params.q,'a')","params":{"q":[[1,2],[3,4]]}}""")]
    [InlineData("""{"id":"stored","params":{"q":[1,2]}}""")]
    [InlineData("\"cosineSimilarity([1,2],'a')\"")]
    public void Scripts_that_rank_by_no_single_vector_are_left_alone(string script)
    {
        Assert.Null(new SearchBody(SearchBody.Fill("""{"query":{"script_score":{"query":{"match_all":{}},"script":#}}}""", script)).Search);
    }

    [Fact]
    public void Script_over_a_knn_query_holds_a_copy_and_is_no_second_clause()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"script":{"source":"dotProduct(params.q,'vec')+1","params":{"q":[0.5,1]}},"query":{"knn":{"field":"vec",
                "query_vector":[0.5,1.0]}}}}}
                """);

        Assert.Equal(KnnClauseForm.Query, body.OnlyClause.Form);
        VectorLocation copy = Assert.Single(body.Search!.OtherVectors);
        Assert.Equal(("[0.5,1]", "vec"), (body.Text(copy.Range), copy.Field));
    }
}
