using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using EsRefine.Endpoints;
using EsRefine.Judging;
using EsRefine.Pipeline;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;
using EsRefine.Tests.Recognition;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Endpoints;

public sealed class MultiSearchTests
{
    private const string Plain = """{"query":{"match_all":{}}}""";
    private const string WithText = """{"query":{"match":{"t":"a question"}},"knn":{"field":"v","query_vector":[1, 1],"k":4,"num_candidates":50}}""";

    [Fact]
    public async Task Every_search_goes_its_own_way_and_only_its_own_line_changes()
    {
        string body = "{\"index\":\"a\"}\r\nONE\r\n\nTWO\n{\"index\":[\"b*\",\"<c-{now/d}>\"],\"routing\":\"r&\"} \n THREE\n"
            + "{\"index\":\"_scripts\"}\nFOUR\n{\"preference\":\"_local\"}\nFIVE\n{}\n";
        List<SearchRequest> searches = [];
        PreparedSearch prepared = await PrepareAsync(body, search =>
        {
            lock (searches)
            {
                searches.Add(search);
            }

            return Text(search).Trim() switch
            {
                "ONE" => Rewritten(search, "one\r"),
                "TWO" => PreparedSearch.Original(search, RefinementOutcome.JudgeFailed),
                "THREE" => Rewritten(search, " three, and longer"),
                _ => PreparedSearch.Original(search, RefinementOutcome.NoKnnClause),
            };
        });

        Assert.Equal(
            body.Replace("ONE", "one", StringComparison.Ordinal).Replace("THREE", "three, and longer", StringComparison.Ordinal),
            Encoding.UTF8.GetString(prepared.Body.Span));
        Assert.Equal([(RefinementOutcome.Refined, 2), (RefinementOutcome.JudgeFailed, 1)], prepared.Summary.Counts);
        Assert.Equal(
            ["ONE a ?routing=u", "TWO url ?routing=u", "THREE b*,%3Cc-%7Bnow%2Fd%7D%3E ?routing=r%26", "FIVE url ?routing=u&preference=_local"],
            searches.OrderBy(search => body.IndexOf(Text(search).Trim(), StringComparison.Ordinal))
                .Select(static search => $"{Text(search).Trim()} {search.Index} {search.QueryString}"));
        Assert.All(searches, static search => Assert.Equal("the text", search.QueryText));
    }

    [Fact]
    public async Task Pages_of_one_search_in_one_body_share_its_first_pages_vector()
    {
        const string Clause = "\"knn\":{\"field\":\"v\",\"query_vector\":[1, 1],\"k\":4}";
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        (_, _, string? outcome) = await cluster.SearchAsync(
            string.Concat(new[] { 20, 10, 0, 30 }.Select(static from => $"{{}}\n{{\"from\":{from},{Clause}}}\n")), target: "i/_msearch");

        Assert.Equal("refined=1, refined-from-cache=3", outcome);
    }

    [Fact]
    public async Task Wrapped_pages_are_pages_too_and_stay_in_their_lines()
    {
        string wrapper = SearchBody.Wrap("""{"knn":{"field":"v","query_vector":[1, 1],"k":4}}""");
        string body = $"{{}}\n{{\"from\":10,\"query\":{wrapper}}}\n{{}}\n{{\"query\":{wrapper}}}\n{{}}\n{Plain}\n";
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        (_, _, string? outcome) = await cluster.SearchAsync(body, target: "i/_msearch");

        Assert.Equal("refined=1, refined-from-cache=1", outcome);
        string[] lines = cluster.Requests[^1].BodyText.Split('\n');
        Assert.Equal("{\"from\":10," + lines[3][1..], lines[1]);
        Assert.NotEqual($"{{\"query\":{wrapper}}}", lines[3]);
        Assert.Equal(["{}", "{}", "{}", Plain, ""], [lines[0], lines[2], lines[4], lines[5], lines[6]]);
    }

    [Fact]
    public async Task Several_searches_are_worked_on_at_once_but_not_all()
    {
        int running = 0, most = 0;
        TaskCompletionSource full = new();
        string body = string.Concat(Enumerable.Repeat("\n{}\n", 3 * MultiSearch.Concurrency));
        MultiSearch searches = Searches(async (search, _) =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            if (now == MultiSearch.Concurrency)
            {
                full.TrySetResult();
            }

            await full.Task;
            Interlocked.Decrement(ref running);
            return PreparedSearch.Original(search, RefinementOutcome.NoSignal);
        });
        await searches.PrepareAsync(Request(body), TestContext.Current.CancellationToken).AsTask().WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(MultiSearch.Concurrency, most);
    }

    [Fact]
    public async Task Search_longer_than_one_alone_may_be_passes_and_the_others_do_not()
    {
        PreparedSearch prepared = await PrepareAsync($"\n{new string(' ', 1000)}x\n\ny\n", static search => Rewritten(search, "z"));
        Assert.Equal($"\n{new string(' ', 1000)}x\n\nz\n", Encoding.UTF8.GetString(prepared.Body.Span));
        Assert.Equal([(RefinementOutcome.Refined, 1)], prepared.Summary.Counts);
    }

    [Fact]
    public async Task Reply_counts_outcomes_and_lexical_queries_serve_their_own_search_only()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        string body = $"{{}}\n{WithText}\n\n{Plain}\n{{\"index\":\"i\"}}\n{WithText}\n\n{FakeCluster.Search}\n";

        (int status, string reply, string? outcome) = await cluster.SearchAsync(body, queryText: null, target: "i/_msearch");

        Assert.Equal((200, FakeCluster.PlainReply), (status, reply));
        Assert.Equal("refined=1, refined-from-cache=1, no-query-text=1", outcome);   // the two are one search, judged once
        string[] sent = body.Split('\n');
        string[] arrived = cluster.Requests[^1].BodyText.Split('\n');
        Assert.Equal("/i/_msearch", cluster.Requests[^1].Target);
        Assert.Equal(sent.Length, arrived.Length);
        string[] around = WithText.Split("[1, 1]");
        Assert.All(new[] { 1, 5 }, line =>
        {
            Assert.StartsWith(around[0], arrived[line], StringComparison.Ordinal);
            Assert.EndsWith(around[1], arrived[line], StringComparison.Ordinal);
            float[] vector = JsonSerializer.Deserialize<float[]>(arrived[line][around[0].Length..^around[1].Length])!;
            Assert.True(vector[0] > vector[1], arrived[line]);
        });
        Assert.All(new[] { 0, 2, 3, 4, 6, 7, 8 }, line => Assert.Equal(sent[line], arrived[line]));
        Assert.All(cluster.Samples, static sample => Assert.Equal("/i/_search", sample.Target));
    }

    [Fact]
    public async Task Broken_judge_leaves_every_byte()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(new ScriptedJudge(static (_, _, _) => throw new JudgeException("down")));
        string body = $"{{}}\n{WithText}\n\n{WithText}\n";
        (_, string reply, string? outcome) = await cluster.SearchAsync(body, target: "i/_msearch");
        Assert.Equal("judge-failed=2", outcome);
        Assert.Equal(FakeCluster.PlainReply, reply);
        Assert.Equal(body, cluster.Requests[^1].BodyText);
    }

    [Fact]
    public async Task One_deadline_serves_all_searches_of_a_body()
    {
        FakeTimeProvider clock = new();
        ScriptedJudge hangs = new((_, _, cancellationToken) =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(hangs, replace: services => services.AddSingleton<TimeProvider>(clock));
        string body = string.Concat(Enumerable.Repeat($"\n{FakeCluster.Search}\n", 5 * MultiSearch.Concurrency));

        (_, _, string? outcome) = await cluster.SearchAsync(body, target: "i/_msearch");

        Assert.Equal($"deadline-passed={5 * MultiSearch.Concurrency}", outcome);
        Assert.InRange(cluster.Samples.Count, 1, MultiSearch.Concurrency);
        Assert.Equal(body, cluster.Requests[^1].BodyText);
    }

    [Theory]
    [InlineData(FakeCluster.Search, "target-off=2")]
    [InlineData(Plain, null)]
    [InlineData("""{"query":{"match":{"t":"knn"}}}""", null)]
    public async Task Searches_in_mode_off_are_counted_and_pass(string search, string? expected)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        string body = $"{{}}\n{Plain}\n{{}}\n{search}\n{{}}\n{search}\n";

        (_, string reply, string? outcome) = await cluster.SearchAsync(
            body, target: "i/_msearch", also: static request => request.Headers.Add("EsRefine-Mode", "off"));

        Assert.Equal((FakeCluster.PlainReply, expected), (reply, outcome));
        Assert.Equal(body, Assert.Single(cluster.Requests).BodyText);
    }

    [Fact]
    public async Task Nothing_is_looked_at_any_more_once_every_deadline_has_passed()
    {
        const int Count = 10_000;
        FakeTimeProvider time = new();
        int looked = 0;
        string body = string.Concat(Enumerable.Repeat($"\n{FakeCluster.Search}\n\n{Plain}\n", Count / 2));

        MultiSearch searches = Searches(
            (search, _) =>
            {
                Interlocked.Increment(ref looked);
                time.Advance(TimeSpan.FromMinutes(1));
                RefinementOutcome outcome = Text(search) == Plain ? RefinementOutcome.NoKnnClause : RefinementOutcome.DeadlinePassed;
                return ValueTask.FromResult(PreparedSearch.Original(search, outcome));
            },
            time);
        PreparedSearch prepared = await searches.PrepareAsync(Request(body), TestContext.Current.CancellationToken);

        Assert.InRange(looked, 1, MultiSearch.Concurrency);
        Assert.Equal([(RefinementOutcome.DeadlinePassed, Count / 2)], prepared.Summary.Counts.Select(static count => (count.Outcome, count.Count)).ToList());
        Assert.False(prepared.IsRewritten);
    }

    public static TheoryData<string> Malformed { get; } =
    [
        $"{{}}\n{WithText}",                                                       // truncated
        $"{{}}\n{WithText}\n{{}}\n{WithText[..60]}",
        $"{{}}\n{WithText[..60]}\n",
        $"{{\"index\":\"i\",\"index\":\"i\"}}\n{WithText}\n",                      // duplicate keys
        $"{{}}\n{WithText[..^1]},\"knn\":{{}}}}\n",
        $"{{\"index\":\"\\ud800\"}}\n{WithText}\n",                                // lone surrogates
        $"{{}}\n{WithText.Replace("a question", "\\ud800", StringComparison.Ordinal).Replace("[1, 1]", "[1e999, 1]", StringComparison.Ordinal)}\n",
        $"{{\"nothing\":1}}\n{WithText}\n",
        $"{{}}{{}}\n{WithText}\n",
        $"{{}}\n{WithText}{{}}\n",
        $"/**/{{}}\n{WithText}\n",
        $"\ufeff{{}}\n{WithText}\n",
        $"{WithText}\n{WithText}\n",
        "\n\n\n\n\n",
        $"\n{new string('[', 5 * 1024 * 1024)}\n\n{WithText[..^1]},\n",
        $"{new string('[', 5 * 1024 * 1024)}\n{WithText}\n",
    ];

    [Theory]
    [MemberData(nameof(Malformed), DisableDiscoveryEnumeration = true)]
    public async Task Malformed_body_reaches_the_cluster_as_it_was_sent(string body)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        (int status, string reply, _) = await cluster.SearchAsync(body, queryText: null, target: "i/_msearch");
        Assert.Equal((200, FakeCluster.PlainReply), (status, reply));
        Assert.Equal(body, cluster.Requests[^1].BodyText);
        Assert.Empty(cluster.Samples);
    }

    private static ValueTask<PreparedSearch> PrepareAsync(string body, Func<SearchRequest, PreparedSearch> path) =>
        Searches((search, _) => ValueTask.FromResult(path(search))).PrepareAsync(Request(body), TestContext.Current.CancellationToken);

    private static MultiSearch Searches(SearchPreparation path, TimeProvider? time = null)
    {
        EsRefineSettings settings = new() { MaxSearchBodyBytes = 1000 };
        return new(path, new TargetTable(settings), settings, new EsRefineMeter(new NoMeters()), time ?? new FakeTimeProvider());
    }

    private static SearchRequest Request(string body) =>
        new() { Index = "url", QueryString = "?routing=u", Body = Encoding.UTF8.GetBytes(body), Headers = new HeaderDictionary(), QueryText = "the text" };

    private static PreparedSearch Rewritten(SearchRequest search, string line) =>
        new(search.Body, [new(new(search.Body, 0, search.Body.Length), Encoding.UTF8.GetBytes(line))], new(RefinementOutcome.Refined));

    private static string Text(SearchRequest search) => Encoding.UTF8.GetString(search.Body.Span);

    /// <summary>Measures nothing that anybody reads.</summary>
    private sealed class NoMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
