using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using EsRefine.Caching;
using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Pipeline;
using EsRefine.Stores;
using EsRefine.Telemetry;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Xunit;
using V1 = EsRefine.Grpc.V1;

namespace EsRefine.Tests.Caching;

/// <summary>What is remembered serves those it was learned for, costs nothing, and never fails a search.</summary>
public class RefinedVectorCacheTests
{
    [Fact]
    public async Task Repeat_goes_out_with_the_same_bytes_without_sample_or_judgment_and_is_counted_as_such()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        using MetricCollector<double> durations = new(
            cluster.Services.GetRequiredService<IMeterFactory>(), EsRefineMeter.Name, "esrefine.search.duration");

        string? first = (await cluster.SearchAsync()).Outcome;
        string? second = (await cluster.SearchAsync()).Outcome;

        Assert.Equal(first!.Replace("refined;", "refined-from-cache;", StringComparison.Ordinal), second);
        Assert.Single(cluster.Samples);
        Assert.Equal(cluster.Searches[0], cluster.Searches[1]);
        Assert.Equal(["refined", "refined-from-cache"], durations.GetMeasurementSnapshot().Select(static measurement => measurement.Tags["outcome"]));
    }

    [Theory]
    [InlineData("Authorization", "ApiKey one", "ApiKey two")]
    [InlineData("Authorization", "ApiKey one", null)]
    [InlineData("es-security-runas-user", "ada", "bob")]
    [InlineData("securitytenant", "blue", "red")]
    [InlineData("x-proxy-ext-department", "law", "sales")]
    [InlineData("X-Header-Of-Some-Gateway", "ada", "bob")]
    [InlineData("Cookie", "session=1", "session=2")]
    public async Task What_was_learned_for_one_caller_is_not_served_to_another(string header, string one, string? another)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(also: request => request.Headers.TryAddWithoutValidation(header, one));
        (_, _, string? page) = await cluster.SearchAsync(also: As(another), target: "i/_search?from=4");
        (_, _, string? again) = await cluster.SearchAsync(also: As(another));
        (_, _, string? same) = await cluster.SearchAsync(also: request => request.Headers.TryAddWithoutValidation(header, one));

        Assert.Equal("plain-sequence", page);
        Assert.StartsWith("refined;", again, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", same, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Samples.Count);

        Action<HttpRequestMessage>? As(string? value) => value is null ? null : request => request.Headers.TryAddWithoutValidation(header, value);
    }

    [Theory]
    [InlineData("traceparent")]
    [InlineData("X-Request-Id")]
    [InlineData("X-B3-SpanId")]
    [InlineData("X-Opaque-Id")]
    [InlineData("User-Agent")]
    public async Task Headers_that_differ_from_request_to_request_make_no_other_caller(string header)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(also: request => request.Headers.TryAddWithoutValidation(header, "1"));
        (_, _, string? outcome) = await cluster.SearchAsync(also: request => request.Headers.TryAddWithoutValidation(header, "2"));

        Assert.StartsWith("refined-from-cache;", outcome, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1.0000001],"k":4}}""", "a question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""", "another question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""", "a question", "j/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""", "a question", "i/_search?routing=r")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""", "a question", "i/_search?search_pipeline=p")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4,"filter":{"term":{"a":1}}}}""", "a question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"post_filter":{"term":{"a":1}}}""", "a question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"search_pipeline":"p"}""", "a question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"runtime_mappings":{"a":{"type":"long"}}}""", "a question", "i/_search")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"pit":{"id":"x"}}""", "a question", "_search")]
    public async Task What_was_learned_for_one_search_is_not_served_to_another(string search, string queryText, string target)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync("""{"knn":{"field":"v","query_vector":[1,1],"k":4}}""");
        (_, _, string? outcome) = await cluster.SearchAsync(search, queryText, target: target);

        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Samples.Count);
    }

    [Fact]
    public async Task Searches_that_come_at_once_are_judged_once()
    {
        int calls = 0;
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (task, sheet, cancellationToken) =>
        {
            Interlocked.Increment(ref calls);
            await release.Task;
            await ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, configure: static settings => settings with { MaxConcurrentSearches = 1 });

        Task<(int Status, string Body, string? Outcome)>[] searches = [.. Enumerable.Range(0, 8).Select(_ => cluster.SearchAsync())];
        release.SetResult();
        string?[] outcomes = [.. (await Task.WhenAll(searches)).Select(static reply => reply.Outcome)];

        Assert.Equal(1, calls);
        Assert.Single(outcomes, static outcome => outcome!.StartsWith("refined;", StringComparison.Ordinal));
        Assert.Equal(7, outcomes.Count(static outcome => outcome!.StartsWith("refined-from-cache;", StringComparison.Ordinal)));
        Assert.Single(cluster.Searches.Distinct());
    }

    [Fact]
    public async Task Search_that_waits_for_another_takes_over_where_that_ones_client_leaves()
    {
        int calls = 0;
        TaskCompletionSource waiting = new();
        ScriptedJudge judge = new(async (task, sheet, cancellationToken) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                waiting.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);
        using CancellationTokenSource leaving = new();
        RefinedSearch path = cluster.Services.GetRequiredService<RefinedSearch>();
        SearchRequest search = new()
        {
            Index = "i",
            Body = Encoding.UTF8.GetBytes(FakeCluster.Search),
            Headers = new Microsoft.AspNetCore.Http.HeaderDictionary(),
            QueryText = "a question",
        };

        Task<PreparedSearch> leaves = path.PrepareAsync(search, leaving.Token).AsTask();
        await waiting.Task;
        Task<PreparedSearch> stays = path.PrepareAsync(search, TestContext.Current.CancellationToken).AsTask();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.Equal(RefinementOutcome.Refined, (await stays).Outcome);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Search_that_wants_to_see_its_judgments_neither_takes_nor_leaves_a_vector()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        RefinedSearch path = cluster.Services.GetRequiredService<RefinedSearch>();
        SearchRequest search = new()
        {
            Index = "i",
            Body = Encoding.UTF8.GetBytes(FakeCluster.Search),
            Headers = new Microsoft.AspNetCore.Http.HeaderDictionary(),
            QueryText = "a question",
            IsFresh = true,
        };

        for (int i = 0; i < 2; i++)
        {
            PreparedSearch prepared = await path.PrepareAsync(search, TestContext.Current.CancellationToken);
            Assert.Equal(RefinementOutcome.Refined, prepared.Outcome);
            Assert.Equal(4, Assert.Single(prepared.Clauses).Judgments.Count);
        }

        Assert.Equal(RefinementOutcome.Refined, (await path.PrepareAsync(search with { IsFresh = false }, TestContext.Current.CancellationToken)).Outcome);
    }

    [Fact]
    public async Task Instances_with_one_store_serve_the_pages_of_each_others_searches()
    {
        SharedStore store = new();
        await using FakeCluster one = await StartAsync(store);
        await using FakeCluster other = await StartAsync(store, direction: 1);   // would turn the vector the other way

        await one.SearchAsync();
        (_, _, string? page) = await other.SearchAsync(target: "i/_search?from=4");
        (_, _, string? first) = await other.SearchAsync();

        Assert.StartsWith("refined-from-cache;", page, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", first, StringComparison.Ordinal);
        Assert.Empty(other.Samples);
        Assert.Equal([one.Searches[0], one.Searches[0]], other.Searches);
    }

    [Fact]
    public async Task Instance_that_learned_more_slowly_takes_what_the_other_has_served()
    {
        SharedStore store = new();
        TaskCompletionSource waiting = new();
        TaskCompletionSource release = new();
        ScriptedJudge slow = new(async (task, sheet, _) =>
        {
            waiting.SetResult();
            await release.Task;
            LikesRemainder(1).Invoke(task, sheet);
        });
        await using FakeCluster one = await StartAsync(store);
        await using FakeCluster other = await FakeCluster.StartAsync(slow, replace: store.AddTo);

        Task<(int Status, string Body, string? Outcome)> first = other.SearchAsync();
        await waiting.Task;
        await one.SearchAsync();
        release.SetResult();

        Assert.StartsWith("refined-from-cache;", (await first).Outcome, StringComparison.Ordinal);
        Assert.Equal(one.Searches, other.Searches);
    }

    [Fact]
    public async Task Store_that_is_away_costs_no_search_and_the_pages_of_one_instance_hold_together()
    {
        SharedStore store = new() { Fault = new RedisConnectionException(ConnectionFailureType.UnableToConnect, CommandFlags.None, "unreachable") };
        // The clock runs: HybridCache takes entries for expired that are not later than a look at the store that failed.
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, replace: services => services.AddSingleton<IDistributedCache>(store));

        Assert.StartsWith("refined;", (await cluster.SearchAsync()).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(target: "i/_search?from=4")).Outcome, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[0.7,\"NaN\"]")]
    [InlineData("[-1,-1]")]
    [InlineData("[1,1,1]")]
    [InlineData("[0,0]")]
    [InlineData("null")]
    public async Task Vector_that_somebody_else_put_into_the_store_is_not_believed_unseen(string components)
    {
        SharedStore store = new();
        await using FakeCluster one = await StartAsync(store);
        await using FakeCluster other = await StartAsync(store);
        await one.SearchAsync();
        string key = Assert.Single(store.Entries.Keys);
        string entry = Encoding.Latin1.GetString(store.Entries[key]);
        string sent = one.Searches[0];
        string own = sent[sent.IndexOf('[', StringComparison.Ordinal)..(sent.IndexOf(']', StringComparison.Ordinal) + 1)];
        Assert.Contains(own, entry, StringComparison.Ordinal);

        // The same length, so that the entry's frame stays valid.
        store.Entries[key] = Encoding.Latin1.GetBytes(entry.Replace(own, components.PadRight(own.Length), StringComparison.Ordinal));
        (_, _, string? outcome) = await other.SearchAsync();

        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        Assert.Equal(sent, other.Searches[0]);
    }

    [Fact]
    public async Task Entry_of_the_store_that_is_not_ours_is_written_over()
    {
        SharedStore store = new();
        await using FakeCluster one = await StartAsync(store);
        await using FakeCluster other = await StartAsync(store);
        await one.SearchAsync();
        string key = Assert.Single(store.Entries.Keys);
        store.Entries[key] = [3, 1, 255];

        Assert.StartsWith("refined;", (await other.SearchAsync()).Outcome, StringComparison.Ordinal);
        Assert.StartsWith("{", Encoding.UTF8.GetString(store.Entries[key]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vectors_count_with_their_bytes_against_the_limit_of_the_memory()
    {
        using MemoryCache memory = new(new MemoryCacheOptions { SizeLimit = 20_000, TrackStatistics = true });
        RefinedVectorCache cache = new(memory, new CacheSettings(), new UpstreamSettings(), new FakeTimeProvider(), NullLogger<RefinedVectorCache>.Instance);
        RefinedVector vector = new(new float[2000], Judged: 4, Sampled: 4, Angle: 0.1f, "rocchio@0.3");

        for (int i = 0; i < 20; i++)
        {
            await cache.KeepAsync($"key {i}", vector, isServed: true);
        }

        Assert.InRange(memory.GetCurrentStatistics()!.CurrentEstimatedSize!.Value, 8000, 20_000);
        Assert.InRange(memory.Count, 1, 2);
    }

    [Fact]
    public async Task Keys_and_entries_hold_no_credentials_and_no_text()
    {
        SharedStore store = new();
        await using FakeCluster cluster = await StartAsync(store);

        await cluster.SearchAsync(queryText: "confidential", also: static request => request.Headers.TryAddWithoutValidation("Authorization", "ApiKey s3cret"));

        (string key, byte[] value) = Assert.Single(store.Entries);
        string everything = key + Encoding.Latin1.GetString(value);
        Assert.All(["confidential", "s3cret", "text 1"], word => Assert.DoesNotContain(word, everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Repeat_over_gRPC_is_told_as_such()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);
        V1.RefinementService.RefinementServiceClient client = new(channel);
        V1.SearchRequest request = new() { Index = "i", Field = "v", Vector = new V1.Vector { Values = { 1, 1 } }, QueryText = "a question", K = 4 };

        V1.Refinement first = (await client.SearchAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Refinement;
        V1.Refinement second = (await client.SearchAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Refinement;
        Metadata anotherCaller = new() { { "authorization", "ApiKey two" } };
        V1.Refinement another = (await client.SearchAsync(request, anotherCaller, cancellationToken: TestContext.Current.CancellationToken)).Refinement;

        Assert.Equal(["refined", "refined-from-cache", "refined"], [first.Outcome, second.Outcome, another.Outcome]);
        Assert.Equal((first.Judged, first.Sampled, first.Angle, first.Rule), (second.Judged, second.Sampled, second.Angle, second.Rule));
    }

    [Fact]
    public void Secret_of_the_keys_is_the_named_one_or_else_that_of_Redis()
    {
        Environment.SetEnvironmentVariable("ESREFINE_TEST_CACHE_SECRET", "a");
        Environment.SetEnvironmentVariable("ESREFINE_TEST_CACHE_PASSWORD", "b");
        CacheSettings redis = new() { Redis = "redis:6379", PasswordEnv = "ESREFINE_TEST_CACHE_PASSWORD" };
        CacheSettings elsewhere = new() { Redis = "127.0.0.1:6379", PasswordEnv = "ESREFINE_TEST_CACHE_PASSWORD" };
        CacheSettings named = redis with { SecretEnv = "ESREFINE_TEST_CACHE_SECRET" };

        Assert.Null(SharedCache.Secret(new CacheSettings(), []));
        Assert.Equal(SharedCache.Secret(redis, []), SharedCache.Secret(elsewhere, []));
        Assert.NotEqual(SharedCache.Secret(redis, []), SharedCache.Secret(named, []));
        Assert.NotEqual(SharedCache.Secret(redis, []), SharedCache.Secret(redis with { PasswordEnv = null }, []));
        Assert.Equal("b", SharedCache.RedisOptions(redis).Password);
    }

    [Fact]
    public void Secret_of_the_keys_names_the_cluster()
    {
        CacheSettings redis = new() { Redis = "redis:6379" };
        CacheSettings named = redis with { Cluster = "blue" };
        Uri one = new("http://one:9200"), two = new("http://two:9200");

        Assert.NotEqual(SharedCache.Secret(redis, [one]), SharedCache.Secret(redis, [two]));
        Assert.Equal(SharedCache.Secret(redis, [one, two]), SharedCache.Secret(redis, [two, one]));
        Assert.Equal(SharedCache.Secret(named, [one]), SharedCache.Secret(named, [two]));
        Assert.NotEqual(SharedCache.Secret(named, [one]), SharedCache.Secret(redis with { Cluster = "green" }, [one]));
    }

    private static Task<FakeCluster> StartAsync(SharedStore store, int direction = 0) => FakeCluster.StartAsync(
        new ScriptedJudge((task, sheet, _) =>
        {
            LikesRemainder(direction).Invoke(task, sheet);
            return Task.CompletedTask;
        }),
        replace: store.AddTo);

    private static Action<JudgingTask, JudgmentSheet> LikesRemainder(int remainder) => (task, sheet) =>
    {
        for (int i = 0; i < task.Hits.Count; i++)
        {
            sheet.Write(i, Judgment.Of(int.Parse(task.Hits[i].Id, CultureInfo.InvariantCulture) % 2 == remainder ? 0.9 : 0.1));
        }
    };
}
