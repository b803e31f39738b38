using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class RetrieverTests
{
    private const string Knn = """{"knn":{"field":"vec","query_vector":[1,0],"k":50,"num_candidates":100}}""";

    [Theory]
    [InlineData("#")]
    [InlineData("""{"rrf":{"rank_window_size":50,"retrievers":[{"standard":{"query":{"match":{"t":"x"}}}},#]}}""")]
    [InlineData("""{"rrf":{"retrievers":[{"retriever":#,"weight":2},{"weight":1,"retriever":{"standard":{"query":{"match_all":{}}}}}]}}""")]
    [InlineData("""{"linear":{"retrievers":[{"retriever":#,"weight":2,"normalizer":"minmax"}]}}""")]
    [InlineData("""{"text_similarity_reranker":{"retriever":#,"field":"t","inference_text":"knn"}}""")]
    [InlineData("""{"rule":{"match_criteria":{"q":"x"},"ruleset_ids":["r"],"retriever":#}}""")]
    [InlineData("""{"rescorer":{"rescore":{"window_size":50,"query":{"rescore_query":{"match":{"t":"x"}}}},"retriever":#}}""")]
    [InlineData("""{"pinned":{"ids":["1"],"retriever":#}}""")]
    [InlineData("""{"diversify":{"type":"mmr","field":"vec","lambda":0.5,"retriever":#}}""")]
    [InlineData("""{"pinned":{"retriever":{"linear":{"retrievers":[{"retriever":{"rrf":{"retrievers":[#]}}}]}}}}""")]
    public void Knn_retriever_is_recognized_in_every_tree(string tree)
    {
        var body = new SearchBody("""{"retriever":""" + tree.Replace("#", Knn, StringComparison.Ordinal) + "}");

        KnnClause clause = body.OnlyClause;
        Assert.Equal((EngineDialect.Elasticsearch, KnnClauseForm.Retriever, "vec"), (clause.Dialect, clause.Form, clause.Field));
        Assert.Equal((50, 100), (clause.K, clause.NumCandidates));
        Assert.Equal("[1,0]", SearchBody.Vector(clause));
    }

    [Fact]
    public void Diversifying_vector_is_a_copy_and_no_clause()
    {
        var body = new SearchBody(SearchBody.Fill("""{"retriever":{"diversify":{"type":"mmr","query_vector":[1,0],"field":"vec","retriever":#}}}""", Knn));

        Assert.Single(body.Clauses);
        VectorLocation copy = Assert.Single(body.Search!.OtherVectors);
        Assert.Equal(("[1,0]", "vec"), (SearchBody.Text(copy.Json), copy.Field));
    }

    [Fact]
    public void Text_over_fields_is_no_query_object()
    {
        var body = new SearchBody(SearchBody.Fill("""{"retriever":{"linear":{"query":"shoes","fields":["a"],"retrievers":[{"retriever":#}]}}}""", Knn));

        Assert.Single(body.Clauses);
        Assert.Null(body.Search!.LexicalText);
    }
}
