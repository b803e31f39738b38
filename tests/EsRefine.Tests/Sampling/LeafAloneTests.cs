using System.Text.RegularExpressions;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Sampling;

/// <summary>
/// Forms that the engines at hand do not serve: the sample is the clause alone, and all that reaches the cluster afterwards is what came, but for its vectors.
/// </summary>
public partial class LeafAloneTests
{
    private const string Knn = """{"field":"v","query_vector":[1,1],"k":4,"num_candidates":50}""";

    private const string OpenSearchMapping = """{"i":{"mappings":{"properties":{"v":{"type":"knn_vector","dimension":2,"space_type":"cosinesimil"},"t":{"type":"text"}}}}}""";

    [Theory]
    [InlineData("""{"retriever":{"rrf":{"retrievers":[{"retriever":{"knn":#},"weight":2},{"standard":{"query":{"match":{"t":"x"}}}}],"rank_constant":60}}}""")]
    [InlineData("""{"retriever":{"linear":{"retrievers":[{"retriever":{"knn":#},"weight":1.5,"normalizer":"minmax"}]}}}""")]
    [InlineData("""{"retriever":{"text_similarity_reranker":{"retriever":{"knn":#},"field":"t","inference_id":"costly","inference_text":"a question"}}}""")]
    [InlineData("""{"retriever":{"pinned":{"ids":["9"],"retriever":{"knn":#}}}}""")]
    [InlineData("""{"retriever":{"rule":{"match_criteria":{"q":"x"},"ruleset_ids":["r"],"retriever":{"knn":#}}}}""")]
    [InlineData("""{"retriever":{"diversify":{"type":"mmr","field":"v","lambda":0.5,"query_vector":[1.0,1],"retriever":{"knn":#}}}}""")]
    [InlineData("""{"sub_searches":[{"query":{"match":{"t":"x"}}},{"query":{"knn":#}}],"rank":{"rrf":{}}}""")]
    public async Task Elasticsearch(string form)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await IsLeafAlone(cluster, form.Replace("#", Knn, StringComparison.Ordinal), """\{"from":0,"size":20,"track_total_hits":false,"knn":\{"field":"v","query_vector":\[1,1\],"k":20,"num_candidates":100\},"_source":\["t"\],"docvalue_fields":\["v"\]\}""");
    }

    [Theory]
    [InlineData("""{"query":{"hybrid":{"queries":[{"match":{"t":"x"}},#]}},"search_pipeline":"p"}""", ""","search_pipeline":"p" """)]
    [InlineData("""{"query":#,"ext":{"mmr":{"candidates":30,"diversity":0.5}}}""", "")]
    [InlineData("""{"query":#,"ext":{"rerank":{"query_context":{"query_text":"x"}},"generative_qa_parameters":{"llm_question":"x"}}}""", "")]
    public async Task OpenSearch(string form, string pipeline)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, mapping: new UpstreamAnswer(OpenSearchMapping), sample: new UpstreamAnswer(SampleInSource()));

        await IsLeafAlone(
            cluster,
            form.Replace("#", """{"knn":{"v":{"vector":[1,1],"k":4}}}""", StringComparison.Ordinal),
            """\{"from":0,"size":20,"track_total_hits":false,"query":\{"knn":\{"v":\{"vector":\[1,1\],"k":100\}\}\},"_source":\["t","v"\]""" + pipeline.Trim() + """\}""");
    }

    private static async Task IsLeafAlone(FakeCluster cluster, string body, string sample)
    {
        (_, _, string? outcome) = await cluster.SearchAsync(body);

        Assert.StartsWith("refined", outcome, StringComparison.Ordinal);
        Assert.Matches("^" + sample + "$", Assert.Single(cluster.Samples).BodyText);
        string sent = Assert.Single(cluster.Searches);
        Assert.Single(Vectors().Matches(sent).Select(static vector => vector.Value).Distinct());
        Assert.DoesNotContain("[1,1]", sent, StringComparison.Ordinal);
        Assert.Equal(Vectors().Replace(body, "V"), Vectors().Replace(sent, "V"));
    }

    /// <summary>The usual sample, its vectors in <c>_source</c>.</summary>
    private static string SampleInSource() => InFields().Replace(FakeCluster.SampleReply(), "{$1,\"v\":$2}");

    [GeneratedRegex("""\{("t":"[^"]*")\},"fields":\{"v":\[(\[[^]]*\])\]\}""")]
    private static partial Regex InFields();

    [GeneratedRegex(@"\[[0-9.e+-]+,[0-9.e+-]+\]")]
    private static partial Regex Vectors();
}
