using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// A retriever with a reranking model: the refined vector gives the model better hits, and the model is called once per search, as without the sidecar.
/// </summary>
public sealed class RerankedSearchTests(ElasticsearchEngine elasticsearch, FanIndices indices, FanModels models)
{
    [Theory]
    [InlineData("""{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""")]
    [InlineData("""{"standard":{"query":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}}}""")]
    [InlineData("""{"standard":{"filter":{"terms":{"shelf":["even","odd"]}},"query":{"bool":{"must":{"knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100}}}}}}""")]
    public async Task The_reranker_sees_more_that_is_relevant_and_is_called_no_more_often(string retriever)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        FanModels.Served served = await models.UseAsync(engine);
        string target = $"{await indices.GetAsync(engine, FanMapping.Elasticsearch())}/_search";
        string body = """
            {"size":10,"retriever":{"text_similarity_reranker":{"retriever":$CHILD,"field":"text","inference_id":"$RERANKER","inference_text":"any","rank_window_size":10}}}
            """
            .Replace("$CHILD", retriever, StringComparison.Ordinal)
            .Replace("$RERANKER", served.Reranker, StringComparison.Ordinal)
            .Replace("$V", Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal);
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(new("http://127.0.0.1:9/v1")));
        int before = served.Server.Rerankings;

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        int ofPlain = served.Server.Rerankings - before;
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, body, Fan.QueryHeader);
        int ofRefined = served.Server.Rerankings - before - ofPlain;
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, body, Fan.QueryHeader);

        Assert.StartsWith("refined;judged=20;sample=20;angle=0.", refined.Outcome, StringComparison.Ordinal);
        Assert.Equal(Reranked(0), plain.Ids);
        Assert.Equal(Reranked(Fan.Turn), refined.Ids);
        Assert.Equal((1, 1), (ofPlain, ofRefined));
        Assert.Equal(plain.Masked, unjudged.Masked);
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
    }

    /// <summary>The ten nearest, in the reranker's order.</summary>
    private static IEnumerable<string> Reranked(double angle) =>
        Fan.Ranked(angle).Take(10).OrderByDescending(static document => FanModels.Score(document.Text)).Select(static document => document.Id);
}
