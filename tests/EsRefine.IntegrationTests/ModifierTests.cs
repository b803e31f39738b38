using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Search parameters and body members that change the reply's shape or the indices: the search is refined, and the reply has the requested shape.
/// </summary>
public sealed class ModifierTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    /// <summary>Text after <c>_search</c>, and body members beside the clause.</summary>
    public static TheoryData<string, string> Modifiers => new()
    {
        { "?filter_path=hits.hits._id,hits.hits._score", "\"size\":10" },
        { "?filter_path=-hits.hits._source,-took", "\"size\":10" },
        { "?typed_keys=true", "\"size\":10,\"aggs\":{\"shelves\":{\"terms\":{\"field\":\"shelf\"}}}" },
        { "?rest_total_hits_as_int=true&track_total_hits=true", "\"size\":10" },
        { "?preference=any-string", "\"size\":10" },
        { "?routing=any", "\"size\":10" },
        { "?size=10&_source=false&pretty&human", "\"size\":3,\"_source\":[\"text\"]" },
        { "?from=0&size=10", "\"from\":20" },
        { "?ignore_unavailable=true&allow_no_indices=true&expand_wildcards=open", "\"size\":10" },
        { "?timeout=30s&request_cache=false&error_trace=true", "\"size\":10,\"explain\":false,\"version\":true,\"seq_no_primary_term\":true,\"track_scores\":true" },
        { "", "\"size\":10,\"stored_fields\":[],\"sort\":[{\"_score\":\"desc\"}]" },
        { "", "\"size\":10,\"min_score\":0.1,\"profile\":false,\"terminate_after\":1000,\"stats\":[\"group\"]" },
        { "", "\"size\":10,\"post_filter\":{\"exists\":{\"field\":\"shelf\"}},\"highlight\":{\"fields\":{\"text\":{}}}" },
    };

    [Theory]
    [MemberData(nameof(Modifiers))]
    public async Task Elasticsearch_is_refined(string parameters, string members) =>
        await IsRefined(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), KnnOf.Elasticsearch, parameters, members);

    [Theory]
    [MemberData(nameof(Modifiers))]
    public async Task OpenSearch_is_refined(string parameters, string members) =>
        await IsRefined(await openSearch.UseAsync(), FanMapping.OpenSearch(), KnnOf.OpenSearch, parameters, members);

    [Fact]
    public async Task Elasticsearch_counts_and_groups_what_the_refined_vector_finds() =>
        await CountsAndGroups(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), KnnOf.Elasticsearch);

    [Fact]
    public async Task OpenSearch_counts_and_groups_what_the_refined_vector_finds() =>
        await CountsAndGroups(await openSearch.UseAsync(), FanMapping.OpenSearch(), KnnOf.OpenSearch);

    [Fact]
    public async Task Elasticsearch_index_expressions_are_refined_however_they_are_written() =>
        await ExpressionsAreRefined(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), KnnOf.Elasticsearch);

    [Fact]
    public async Task OpenSearch_index_expressions_are_refined_however_they_are_written() =>
        await ExpressionsAreRefined(await openSearch.UseAsync(), FanMapping.OpenSearch(), KnnOf.OpenSearch);

    [Fact]
    public async Task Elasticsearch_answers_searches_on_other_clusters_unrefined() =>
        await PassesToOtherClusters(await elasticsearch.UseAsync(), KnnOf.Elasticsearch);

    [Fact]
    public async Task OpenSearch_answers_searches_on_other_clusters_unrefined() => await PassesToOtherClusters(await openSearch.UseAsync(), KnnOf.OpenSearch);

    /// <summary>The reply equals the cluster's reply to the same request with the refined vector.</summary>
    private async Task IsRefined(RunningEngine engine, string mapping, Func<float[], string, string> body, string parameters, string members)
    {
        string target = $"/{await indices.GetAsync(engine, mapping)}/_search{parameters}";
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        Exchange.Reply refined = await Exchange.SendAsync(
            sidecar.DataUrl, HttpMethod.Post, target, body(Fan.VectorAt(0), members), ("EsRefine-Query", Fan.QueryHeader));
        Exchange.Reply plain = await Exchange.SendAsync(engine.Url, HttpMethod.Post, target, body(Fan.VectorAt(0), members));
        Exchange.Reply direct = await Exchange.SendAsync(engine.Url, HttpMethod.Post, target, body(Fan.VectorAt(Fan.Turn), members));

        Assert.Equal(200, refined.Status);
        Assert.Equal(direct.Headers, refined.Headers);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), IdsOf(refined.Body));
        Assert.Equal(Fan.Ranked(0).Take(10).Select(static document => document.Id), IdsOf(plain.Body));
        Assert.Equal(NamesOf(direct.Body), NamesOf(refined.Body));
    }

    private async Task CountsAndGroups(RunningEngine engine, string mapping, Func<float[], string, string> body)
    {
        string target = $"{await indices.GetAsync(engine, mapping)}/_search";
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        string count = body(Fan.VectorAt(0), "\"size\":0,\"aggs\":{\"shelves\":{\"terms\":{\"field\":\"shelf\"}}}");
        string group = body(Fan.VectorAt(0), "\"size\":10,\"collapse\":{\"field\":\"shelf\"}");
        SearchReply counted = await SearchReply.OfAsync(sidecar.DataUrl, target, count, Fan.QueryHeader);
        SearchReply grouped = await SearchReply.OfAsync(sidecar.DataUrl, target, group, Fan.QueryHeader);

        Assert.StartsWith("refined;", counted.Outcome, StringComparison.Ordinal);
        Assert.Empty(counted.Ids);
        Assert.StartsWith("refined-from-cache;", grouped.Outcome, StringComparison.Ordinal);
        Assert.Equal(
            Fan.Ranked(Fan.Turn).GroupBy(static document => document.Shelf).Select(static shelf => shelf.First().Id),
            grouped.Ids);
    }

    private async Task ExpressionsAreRefined(RunningEngine engine, string mapping, Func<float[], string, string> body)
    {
        string index = await indices.GetAsync(engine, mapping);
        string alias = engine.NewIndexName("alias");
        int year = TimeProvider.System.GetUtcNow().Year;
        await engine.SendAsync(HttpMethod.Post, "/_aliases", $$$"""
            {"actions":[{"add":{"index":"{{{index}}}","alias":"{{{alias}}}"}},{"add":{"index":"{{{index}}}","alias":"{{{alias}}}-{{{year}}}"}}]}
            """);
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        string[] expressions =
            [alias, $"{alias}*", $"{alias},{index}", $"%3C{alias}-%7Bnow%2Fy%7Byyyy%7D%7D%3E", $"{alias},none-such*", $"*,-*,{alias}"];
        foreach (string expression in expressions)
        {
            Exchange.Reply refined = await Exchange.SendAsync(
                sidecar.DataUrl, HttpMethod.Post, $"/{expression}/_search", body(Fan.VectorAt(0), "\"size\":10"), ("EsRefine-Query", Fan.QueryHeader));
            Assert.True(refined.Status == 200, $"{expression}: {refined.Body}");
            Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), IdsOf(refined.Body));
        }
    }

    private static async Task PassesToOtherClusters(RunningEngine engine, Func<float[], string, string> body)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        string[] targets = ["/elsewhere:docs/_search", "/elsewhere:docs/_search?ignore_unavailable=true", "/elsewhere:*,docs-none-such*/_search"];
        foreach (string target in targets)
        {
            SearchReply outcome = await SearchReply.OfAsync(sidecar.DataUrl, target, body(Fan.VectorAt(0), "\"size\":10"), Fan.QueryHeader);
            Exchange.Reply through = await Exchange.SendAsync(
                sidecar.DataUrl, HttpMethod.Post, target, body(Fan.VectorAt(0), "\"size\":10"), ("EsRefine-Query", Fan.QueryHeader));
            Exchange.Reply plain = await Exchange.SendAsync(engine.Url, HttpMethod.Post, target, body(Fan.VectorAt(0), "\"size\":10"));

            Assert.Equal("unsupported", outcome.Outcome);
            Assert.Equal((plain.Status, plain.Masked), (through.Status, through.Masked));
            Assert.Equal(plain.Headers, through.Headers);
        }
    }

    private static IEnumerable<string> IdsOf(string reply)
    {
        using JsonDocument document = JsonDocument.Parse(reply);
        return [.. document.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(static hit => hit.GetProperty("_id").GetString()!)];
    }

    /// <summary>The reply's shape: the names at its top level, in its aggregations, and in its first hit.</summary>
    private static string[] NamesOf(string reply)
    {
        using JsonDocument document = JsonDocument.Parse(reply);
        JsonElement root = document.RootElement;
        return
        [
            .. root.EnumerateObject().Select(static member => member.Name),
            .. root.TryGetProperty("aggregations", out JsonElement aggregations) ? aggregations.EnumerateObject().Select(static member => member.Name) : [],
            .. root.GetProperty("hits").EnumerateObject().Select(static member => $"{member.Name}: {member.Value.ValueKind}"),
            .. root.GetProperty("hits").GetProperty("hits")[0].EnumerateObject().Select(static member => member.Name),
        ];
    }

    /// <summary>A clause that finds everything, with other members beside it.</summary>
    private static class KnnOf
    {
        public static string Elasticsearch(float[] vector, string members) =>
            $$"""{"knn":{"field":"v","query_vector":{{Fan.Json(vector)}},"k":60,"num_candidates":100},{{members}}}""";

        public static string OpenSearch(float[] vector, string members) => $$$"""{"query":{"knn":{"v":{"vector":{{{Fan.Json(vector)}}},"k":60} } },{{{members}}} }""";
    }
}
