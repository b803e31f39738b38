using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Forms that the test engines support only with a paid license or a plugin. Mapping and sample come from the real engine; the final search goes to a scripted
/// cluster that records it.
/// </summary>
public sealed class ScriptedFormTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    private const string Reply = """{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"hits":[]}}""";

    private static readonly Uri NobodyThere = new("http://127.0.0.1:9/v1");   // the discard port: nothing listens there

    /// <summary>Endpoint, and the search with <c>$V</c> for the vector. <c>$TEXT</c> is the query text; without it, the text is in a header.</summary>
    public static TheoryData<string, string> ElasticsearchForms => new()
    {
        { "$I/_search", """
            {"size":10,"retriever":{"rrf":{"rank_window_size":50,"retrievers":[
              {"standard":{"query":{"match":{"text":"$TEXT"}}}},{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}]}}}
            """ },
        { "$I/_search", """
            {"size":10,"retriever":{"rrf":{"retrievers":[{"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},"weight":2.0},
              {"retriever":{"standard":{"query":{"multi_match":{"query":"$TEXT","fields":["text"]}}}}}]}}}
            """ },
        { "$I/_search", """
            {"size":10,"retriever":{"linear":{"retrievers":[
              {"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},"weight":2,"normalizer":"minmax"},
              {"retriever":{"standard":{"query":{"match":{"text":"$TEXT"}}}},"weight":1.50}]}}}
            """ },
        { "$I/_search", """
            {"size":10,"retriever":{"rrf":{"filter":{"term":{"shelf":"odd"}},"retrievers":[
              {"rescorer":{"retriever":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}},"rescore":{"query":{"rescore_query":{"match_all":{}}}}}},
              {"standard":{"query":{"match":{"text":"$TEXT"}}}}]}}}
            """ },
        { "$I/_search", """
            {"size":10,"retriever":{"pinned":{"ids":["a"],"retriever":{"rule":{"match_criteria":{"q":"x"},"ruleset_ids":["r"],
              "retriever":{"standard":{"query":{"bool":{"should":[{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}]}}}}}}}}}
            """ },
        { "$I/_search", """
            {"sub_searches":[{"query":{"match":{"text":"$TEXT"}}},{"query":{"knn":{"field":"v","query_vector":$V,"num_candidates":50}}}],"rank":{"rrf":{"rank_window_size":50}}}
            """ },
        { "$I/_search", """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":50},"query":{"match":{"text":"$TEXT"}},"rank":{"rrf":{}}}""" },
        { "$I/_search", """
            {"query":{"rule":{"match_criteria":{"q":"x"},"ruleset_ids":["r"],"organic":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}}}}
            """ },
        { "$I/_search", """{"query":{"pinned":{"ids":["a"],"organic":{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}}}}""" },
        { "$I/_search", """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100,"visit_percentage":5.5},"size":10}""" },
        { "$I/_async_search?wait_for_completion_timeout=1s&keep_on_completion=false", """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""" },
    };

    /// <inheritdoc cref="ElasticsearchForms"/>
    public static TheoryData<string, string> OpenSearchForms => new()
    {
        { "$I/_search", """{"size":10,"query":{"hybrid":{"queries":[{"match":{"text":{"query":"$TEXT"}}},{"knn":{"v":{"vector":$V,"k":10}}}]}}}""" },
        { "$I/_search?search_pipeline=_none", """
            {"size":10,"query":{"hybrid":{"pagination_depth":20,"filter":{"term":{"shelf":"odd"}},"queries":[
              {"knn":{"v":{"k":10,"vector":$V}}},{"match":{"text":"$TEXT"}}]}}}
            """ },
        { "$I/_search", """{"query":{"knn":{"v":{"vector":$V,"k":10}}},"ext":{"mmr":{"diversity":0.5,"candidates":30}}}""" },
        { "$I/_search", """{"query":{"knn":{"v":{"vector":$V,"k":10,"method_parameters":{"nprobes":10},"rescore":{"oversample_factor":2.0}}}}}""" },
        { "_plugins/_asynchronous_search?index=$I&wait_for_completion_timeout=1ms", """{"query":{"knn":{"v":{"vector":$V,"k":10}}}}""" },
    };

    [Theory]
    [MemberData(nameof(ElasticsearchForms))]
    public async Task Elasticsearch_is_sent_the_same_search_except_for_its_vector(string endpoint, string search)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await ArrivesRefined(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), endpoint, search);
    }

    [Theory]
    [MemberData(nameof(OpenSearchForms))]
    public async Task OpenSearch_is_sent_the_same_search_except_for_its_vector(string endpoint, string search)
    {
        RunningEngine engine = await openSearch.UseAsync();
        await ArrivesRefined(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), endpoint, search);
    }

    private static async Task ArrivesRefined(RunningEngine engine, string index, string endpoint, string search)
    {
        string target = endpoint.Replace("$I", index, StringComparison.Ordinal);
        string? queryHeader = search.Contains("$TEXT", StringComparison.Ordinal) ? null : Fan.QueryHeader;
        string body = search.Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal);
        string start = body[..body.IndexOf("$V", StringComparison.Ordinal)];
        string end = body[(start.Length + 2)..];
        string original = start + Fan.Json(Fan.VectorAt(0)) + end;
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(async (request, cancellationToken) =>
            request.Target == "/" + target && request.BodyText.StartsWith(start, StringComparison.Ordinal)
                ? new UpstreamAnswer(Reply)
                : await Relay.ToAsync(engine, request, cancellationToken));
        await using Sidecar sidecar = await SidecarInFront.Of(upstream.Url, Fan.Judge);
        await using Sidecar withoutJudge = await SidecarInFront.Of(upstream.Url, SidecarInFront.Chat(NobodyThere));

        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, original, queryHeader);
        string arrived = upstream.Requests[^1].BodyText;
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, original, queryHeader);

        Assert.StartsWith("refined;", reply.Outcome, StringComparison.Ordinal);
        Assert.Equal(Reply, reply.Body);
        Assert.StartsWith(start, arrived, StringComparison.Ordinal);
        Assert.EndsWith(end, arrived, StringComparison.Ordinal);
        float[] vector = JsonSerializer.Deserialize<float[]>(arrived[start.Length..^end.Length])!;
        Assert.All(Fan.VectorAt(Fan.Turn).Zip(vector), static pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
        Assert.Equal((Reply, original), (unjudged.Body, upstream.Requests[^1].BodyText));
    }
}
