using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Settings;
using EsRefine.TestSupport.Engines;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Pages of one search, fetched in every way that the engines support. Concatenated, they equal one large refined page, with no hit repeated or missing, even
/// if the pages alternate between two sidecars that share a Redis.
/// </summary>
public sealed class PagingTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, RedisServer redis, FanIndices indices)
{
    private const int PageSize = 7;

    private const string ElasticsearchClause = """
        "knn":{"field":"v","query_vector":$V,"k":60,"num_candidates":100}
        """;

    private const string OpenSearchClause = """
        "query":{"knn":{"v":{"vector":$V,"k":60}}}
        """;

    [Fact]
    public async Task Elasticsearch_pages_by_from() => await ByFrom(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), ElasticsearchClause);

    [Fact]
    public async Task OpenSearch_pages_by_from() => await ByFrom(await openSearch.UseAsync(), FanMapping.OpenSearch(), OpenSearchClause);

    [Fact]
    public async Task Elasticsearch_pages_by_search_after() =>
        await BySearchAfter(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), ElasticsearchClause);

    [Fact]
    public async Task OpenSearch_pages_by_search_after() => await BySearchAfter(await openSearch.UseAsync(), FanMapping.OpenSearch(), OpenSearchClause);

    [Fact]
    public async Task Elasticsearch_pages_of_a_point_in_time()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        JsonElement pit = await engine.SendAsync(HttpMethod.Post, $"/{index}/_pit?keep_alive=1m");
        await PointInTime(engine, ElasticsearchClause, pit.GetProperty("id").GetString()!, id => engine.SendAsync(HttpMethod.Delete, "/_pit", $$"""{"id":"{{id}}"}"""));
    }

    [Fact]
    public async Task OpenSearch_pages_of_a_point_in_time()
    {
        RunningEngine engine = await openSearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.OpenSearch());
        JsonElement pit = await engine.SendAsync(HttpMethod.Post, $"/{index}/_search/point_in_time?keep_alive=1m");
        await PointInTime(
            engine, OpenSearchClause, pit.GetProperty("pit_id").GetString()!, id => engine.SendAsync(HttpMethod.Delete, "/_search/point_in_time", $$"""{"pit_id":["{{id}}"]}"""));
    }

    [Fact]
    public async Task Elasticsearch_scrolls() => await Scroll(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), ElasticsearchClause);

    [Fact]
    public async Task OpenSearch_scrolls() => await Scroll(await openSearch.UseAsync(), FanMapping.OpenSearch(), OpenSearchClause);

    [Fact]
    public async Task Later_pages_follow_a_plain_first_page_although_the_judge_would_answer_now()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply first = await SearchReply.OfAsync(engine.Url, $"{index}/_search", Page(ElasticsearchClause, "\"from\":0"), Fan.QueryHeader);
        SearchReply second = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", Page(ElasticsearchClause, $"\"from\":{PageSize}"), Fan.QueryHeader);

        Assert.Equal("plain-sequence", second.Outcome);
        Assert.Equal(Fan.Ranked(0).Take(2 * PageSize).Select(static document => document.Id), first.Ids.Concat(second.Ids));
    }

    private async Task ByFrom(RunningEngine engine, string mapping, string clause)
    {
        string index = await indices.GetAsync(engine, mapping);
        await HoldTogether(engine, (page, _) => ($"{index}/_search", Page(clause, $"\"from\":{page * PageSize}")));
        await HoldTogether(engine, (page, _) => ($"{index}/_search?from={page * PageSize}", Page(clause, "\"from\":3")));
    }

    private async Task BySearchAfter(RunningEngine engine, string mapping, string clause)
    {
        string index = await indices.GetAsync(engine, mapping);
        await HoldTogether(engine, (_, last) => ($"{index}/_search", Page(clause, """ "sort":["_score","shelf"] """ + After(last))));
    }

    private async Task PointInTime(RunningEngine engine, string clause, string id, Func<string, Task> close)
    {
        await HoldTogether(engine, (_, last) =>
        {
            id = last is { } reply && reply.RootElement.TryGetProperty("pit_id", out JsonElement renewed) ? renewed.GetString()! : id;
            return ("_search", Page(clause, $$""" "sort":["_score","shelf"],"pit":{"id":"{{id}}","keep_alive":"1m"} """ + After(last)));
        });
        await close(id);
    }

    private async Task Scroll(RunningEngine engine, string mapping, string clause)
    {
        string index = await indices.GetAsync(engine, mapping);
        await HoldTogether(
            engine,
            (page, last) => page == 0
                ? ($"{index}/_search?scroll=1m", Page(clause))
                : ("_search/scroll", $$"""{"scroll":"1m","scroll_id":"{{last!.RootElement.GetProperty("_scroll_id").GetString()}}"}"""),
            laterPagesPass: true);
    }

    /// <summary>Fetches all pages, alternating between two sidecars, and concatenates them.</summary>
    private async Task HoldTogether(RunningEngine engine, Func<int, JsonDocument?, (string Target, string Body)> ask, bool laterPagesPass = false)
    {
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Fan.Judge) with { Cache = new CacheSettings { Redis = await redis.UseAsync() } };
        // The clock is stopped, because a search waits only 20 ms for the store, and any call may take that long on a busy machine.
        FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
        await using Sidecar one = await SidecarInFront.Of(settings, services => services.AddSingleton<TimeProvider>(time));
        await using Sidecar other = await SidecarInFront.Of(settings, services => services.AddSingleton<TimeProvider>(time));
        await RedisStoreTests.UntilItAnswersAsync(one.Services.GetRequiredService<IDistributedCache>());
        await RedisStoreTests.UntilItAnswersAsync(other.Services.GetRequiredService<IDistributedCache>());

        List<string> ids = [];
        JsonDocument? last = null;
        for (int page = 0; page == 0 || ids.Count % PageSize == 0; page++)
        {
            (string target, string body) = ask(page, last);
            SearchReply reply = await SearchReply.OfAsync((page % 2 == 0 ? one : other).DataUrl, target, body, Fan.QueryHeader);
            ids.AddRange(reply.Ids);
            last = JsonDocument.Parse(reply.Body);
            if (page > 0)
            {
                Assert.Equal(laterPagesPass ? null : "refined-from-cache", reply.Outcome?.Split(';')[0]);
            }
        }

        Assert.Equal(Fan.Ranked(Fan.Turn).Select(static document => document.Id), ids);
    }

    private static string Page(string clause, string more = "\"track_total_hits\":true") =>
        $$"""{"size":{{PageSize}},{{clause.Replace("$V", Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal)}},{{more}}}""";

    private static string After(JsonDocument? last) =>
        last is null ? "" : $",\"search_after\":{last.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().Last().GetProperty("sort").GetRawText()}";
}
