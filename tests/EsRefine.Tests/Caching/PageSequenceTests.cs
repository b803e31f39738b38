using EsRefine.Configuration;
using EsRefine.Judging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Caching;

/// <summary>All pages of one search are ranked by one vector: the one its latest first page went out with, refined or plain.</summary>
public class PageSequenceTests
{
    private const string FirstPage = """{"knn":{"field":"v","query_vector":[1,1],"k":20,"num_candidates":50},"size":4,"sort":["_score","t.raw"]}""";

    private const string SearchAfter = """{"size":4,"knn":{"field":"v","query_vector":[1.0, 1e0],"k":20,"num_candidates":50},"sort":["_score"],"search_after":[0.5,"a"]}""";

    public static TheoryData<string, string> LaterPages => new()
    {
        { """{"knn":{"field":"v","query_vector":[1,1],"k":20,"num_candidates":50},"size":4,"from":4}""", "i/_search" },
        { """{"knn":{"field":"v","query_vector":[1,1],"k":40,"num_candidates":90},"size":"9","from":"9","aggs":{"x":{"terms":{"field":"t"}}}}""", "i/_search" },
        { FirstPage, "i/_search?from=4&size=4" },
        { """{"knn":{"field":"v","query_vector":[1,1],"k":20},"from":0}""", "i/_search?pretty&from=0&from=%34" },
        { SearchAfter, "i/_search?preference=another-copy" },
    };

    [Theory]
    [MemberData(nameof(LaterPages))]
    public async Task Later_page_goes_out_with_the_vector_of_its_first_page_and_judges_nothing(string page, string target)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(FirstPage);
        (_, _, string? outcome) = await cluster.SearchAsync(page, target: target);

        Assert.Equal("""refined-from-cache;judged=4;sample=4;angle=0.3;rule="rocchio@0.3" """.TrimEnd(), outcome);
        Assert.Single(cluster.Samples);
        Assert.Equal(VectorOf(cluster.Searches[0]), VectorOf(cluster.Searches[1]));
        Assert.Equal(WithoutVector(page), WithoutVector(cluster.Searches[1]));
    }

    [Theory]
    [MemberData(nameof(LaterPages))]
    public async Task Later_page_whose_first_page_nobody_has_seen_stays_plain(string page, string target)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        (_, _, string? outcome) = await cluster.SearchAsync(page, target: target);

        Assert.Equal("plain-sequence", outcome);
        Assert.Empty(cluster.Samples);
        Assert.Equal([page], cluster.Searches);
    }

    [Theory]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"from":0}""", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"from":8}""", "i/_search?from=0")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"search_after":null}""", "i/_search?from=")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"size":0}""", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"pit":{"id":"x","keep_alive":"1m"}}""", "_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""", "i/_search?scroll=1m")]
    public async Task First_page_is_refined_however_it_is_spelled(string page, string target)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        Assert.StartsWith("refined;", (await cluster.SearchAsync(page, target: target)).Outcome, StringComparison.Ordinal);
        Assert.DoesNotContain("scroll", Assert.Single(cluster.Samples).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Later_page_of_a_standard_retriever_is_one()
    {
        const string Page = """{"retriever":{"standard":{"query":{"knn":{"field":"v","query_vector":[1,1],"k":20}},"sort":["_score"]#}},"size":4}""";
        string laterPage = Page.Replace("#", ""","search_after":[0.5]""", StringComparison.Ordinal);
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        Assert.Equal("plain-sequence", (await cluster.SearchAsync(laterPage)).Outcome);
        Assert.StartsWith("refined;", (await cluster.SearchAsync(Page.Replace("#", "", StringComparison.Ordinal))).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(laterPage)).Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_of_a_point_in_time_needs_no_id_of_the_page_before()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"pit":{"id":"x","keep_alive":"1m"}}""", target: "_search");
        (_, _, string? outcome) = await cluster.SearchAsync(
            """{"knn":{"field":"v","query_vector":[1,1],"k":4},"pit":{"id":"renewed","keep_alive":"1m"},"search_after":[0.5,7]}""", target: "_search");

        Assert.StartsWith("refined-from-cache;", outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Later_page_stays_plain_where_its_first_page_did_although_the_judge_has_recovered()
    {
        bool isDown = true;
        ScriptedJudge judge = new((task, sheet, cancellationToken) =>
            isDown ? throw new JudgeException("down") : ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken));
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);

        Assert.StartsWith("judge-failed", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        isDown = false;
        Assert.Equal("plain-sequence", (await cluster.SearchAsync(SearchAfter)).Outcome);
        Assert.StartsWith("refined;", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        Assert.Equal(VectorOf(cluster.Searches[2]), VectorOf(cluster.Searches[3]));
    }

    [Fact]
    public async Task Pages_hold_together_while_all_permits_are_taken()
    {
        TaskCompletionSource waiting = new();
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (task, sheet, cancellationToken) =>
        {
            if (task.QueryText == "another question")
            {
                waiting.SetResult();
                await release.Task;
            }

            await ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, configure: static settings => settings with { MaxConcurrentSearches = 1 });

        await cluster.SearchAsync(FirstPage);
        Task other = cluster.SearchAsync(FirstPage, "another question");
        await waiting.Task;

        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        release.SetResult();
        await other;
    }

    [Fact]
    public async Task Pages_hold_together_as_long_as_each_follows_the_last_within_the_life_of_the_vector()
    {
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(50));
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, replace: services => services.AddSingleton<TimeProvider>(time));

        await cluster.SearchAsync(FirstPage);
        for (int page = 0; page < 9; page++)
        {
            time.Advance(TimeSpan.FromMinutes(9.9));
            Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        }

        time.Advance(TimeSpan.FromMinutes(10.1));
        Assert.Equal("plain-sequence", (await cluster.SearchAsync(SearchAfter)).Outcome);
        Assert.Single(cluster.Samples);
    }

    [Fact]
    public async Task First_page_learns_anew_after_six_lives_and_a_failure_then_leaves_the_whole_sequence_plain()
    {
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(50));
        bool isDown = false;
        ScriptedJudge judge = new((task, sheet, cancellationToken) =>
            isDown ? throw new JudgeException("down") : ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken));
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, replace: services => services.AddSingleton<TimeProvider>(time));

        await cluster.SearchAsync(FirstPage);
        for (int minutes = 0; minutes < 60; minutes += 5)
        {
            time.Advance(TimeSpan.FromMinutes(5));
            Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        }

        time.Advance(TimeSpan.FromMinutes(5));
        isDown = true;
        Assert.StartsWith("judge-failed", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        Assert.Equal("plain-sequence", (await cluster.SearchAsync(SearchAfter)).Outcome);
    }

    [Fact]
    public async Task Later_page_waits_for_what_its_first_page_is_learning()
    {
        TaskCompletionSource judging = new();
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (task, sheet, cancellationToken) =>
        {
            judging.SetResult();
            await release.Task;
            await ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);

        Task<(int Status, string Body, string? Outcome)> first = cluster.SearchAsync(FirstPage);
        await judging.Task;
        Task<(int Status, string Body, string? Outcome)> later = cluster.SearchAsync(SearchAfter);
        Assert.NotSame(later, await Task.WhenAny(later, Task.Delay(200, TestContext.Current.CancellationToken)));
        release.SetResult();

        Assert.StartsWith("refined;", (await first).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await later).Outcome, StringComparison.Ordinal);
        Assert.Single(cluster.Searches.Select(VectorOf).Distinct());
    }

    [Fact]
    public async Task Later_page_that_waited_in_vain_stays_plain_as_its_first_page_did()
    {
        TaskCompletionSource judging = new();
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (_, _, _) =>
        {
            judging.SetResult();
            await release.Task;
            throw new JudgeException("down");
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);

        Task<(int Status, string Body, string? Outcome)> first = cluster.SearchAsync(FirstPage);
        await judging.Task;
        Task<(int Status, string Body, string? Outcome)> later = cluster.SearchAsync(SearchAfter);
        release.SetResult();

        Assert.StartsWith("judge-failed", (await first).Outcome, StringComparison.Ordinal);
        Assert.Equal("plain-sequence", (await later).Outcome);
    }

    /// <summary>A request in mode off takes no part: it neither begins a sequence nor ends one.</summary>
    [Fact]
    public async Task First_page_sent_again_in_mode_off_leaves_the_sequence_as_it_was()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(FirstPage);
        Assert.Equal("target-off", (await cluster.SearchAsync(FirstPage, also: Off)).Outcome);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        Assert.Equal("target-off", (await cluster.SearchAsync(SearchAfter, also: Off)).Outcome);

        string[] vectors = [.. cluster.Searches.Select(VectorOf)];
        Assert.Equal(vectors[0], vectors[2]);
        Assert.Equal(["[1,1]", "[1.0, 1e0]"], [vectors[1], vectors[3]]);

        static void Off(HttpRequestMessage request) => request.Headers.Add("EsRefine-Mode", "off");
    }

    [Fact]
    public async Task Without_a_cache_each_page_is_refined_for_itself()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: static settings => settings with { Cache = new CacheSettings { Minutes = 0 } });

        await cluster.SearchAsync(FirstPage);
        Assert.StartsWith("refined;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Samples.Count);
    }

    [Fact]
    public async Task Learn_answers_plain_until_it_has_learned_and_never_tears_a_sequence()
    {
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (task, sheet, cancellationToken) =>
        {
            await release.Task;
            await ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        SharedStore store = new();
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            judge,
            configure: static settings => settings with { Mode = RefinementMode.Learn },
            replace: store.AddTo);

        Assert.Equal("learning", (await cluster.SearchAsync(FirstPage)).Outcome);
        Assert.Equal("plain-sequence", (await cluster.SearchAsync(SearchAfter)).Outcome);
        release.SetResult();
        await store.WaitForEntryAsync(TestContext.Current.CancellationToken);

        Assert.Equal("plain-sequence", (await cluster.SearchAsync(SearchAfter)).Outcome);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(FirstPage)).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(SearchAfter)).Outcome, StringComparison.Ordinal);
        Assert.Single(cluster.Samples);
    }

    private static string WithoutVector(string body) => body.Replace(VectorOf(body), "", StringComparison.Ordinal);

    private static string VectorOf(string body)
    {
        int start = body.IndexOf('[', body.IndexOf("query_vector", StringComparison.Ordinal));
        return body[start..(body.IndexOf(']', start) + 1)];
    }
}
