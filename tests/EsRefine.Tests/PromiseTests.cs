using System.Globalization;
using System.Text;
using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Tests.Recognition;
using EsRefine.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests;

/// <summary>The table of docs/promise.md, row by row: whatever breaks, the cluster gets the client's own bytes and the client the cluster's reply.</summary>
public class PromiseTests
{
    [Fact]
    public async Task A_refined_search_differs_from_the_original_in_the_bytes_of_its_vector_only_and_points_to_what_was_judged_relevant()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        (int status, string body, string? outcome) = await cluster.SearchAsync();

        Assert.Equal((200, FakeCluster.PlainReply), (status, body));
        Assert.Equal("""refined;judged=4;sample=4;angle=0.3;rule="rocchio@0.3" """.TrimEnd(), outcome);
        string sent = Assert.Single(cluster.Searches);
        float[] refined = JsonSerializer.Deserialize<float[]>(sent[sent.IndexOf('[')..(sent.IndexOf(']') + 1)])!;
        Assert.Equal(FakeCluster.Search, sent.Replace(sent[sent.IndexOf('[')..(sent.IndexOf(']') + 1)], "[1, 1]", StringComparison.Ordinal));
        Assert.Equal((Math.PI / 4) - 0.3, Math.Atan2(refined[1], refined[0]), 1e-5);
    }

    [Fact]
    public async Task The_sample_is_the_clause_alone_with_its_own_vector_spelled_as_the_client_spelled_it()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(
            """{"knn":{"field":"v","query_vector":[1e0,1],"k":4,"num_candidates":500,"filter":{"term":{"a":1}},"similarity":0.5},"aggs":{"x":{"terms":{"field":"a"}}},"post_filter":{"term":{"b":2}},"size":0,"sort":["_score"]}""",
            target: "i/_search?routing=r&filter_path=took&preference=p");

        UpstreamRequest sample = Assert.Single(cluster.Samples);
        Assert.Equal("/i/_search?routing=r&preference=p", sample.Target);
        Assert.Equal(
            """{"from":0,"size":20,"track_total_hits":false,"knn":{"field":"v","query_vector":[1e0,1],"k":20,"num_candidates":500,"filter":{"bool":{"filter":[{"term":{"a":1}},{"term":{"b":2}}],"must_not":[]}}},"_source":["t"],"docvalue_fields":["v"]}""",
            sample.BodyText);
    }

    [Theory]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4,}}""", null)]
    [InlineData("""{"query":{"match":{"t":"knn"}}}""", null)]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":{"text_embedding":{"model_id":"m","model_text":"x"}},"k":4}}""", "unsupported")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1,1],"k":4}}""", "dimension-mismatch")]
    [InlineData("""{"knn":{"field":"v","query_vector":[0,0],"k":4}}""", "unsupported")]
    [InlineData("""{"knn":{"field":"v","query_vector":[1e999,0],"k":4}}""", "unsupported")]
    [InlineData("""{"knn":{"field":"v","query_vector":"!!","k":4}}""", "unsupported")]
    [InlineData("""{"knn":{"field":"other","query_vector":[1,1],"k":4}}""", "unsupported")]
    [InlineData("""{"query":{"knn":{"v":{"vector":[1,1],"k":4}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"hamming(params.q,'v')","params":{"q":[1,1]}}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"maxSimDotProduct(params.q,'v')","params":{"q":[[1,1]]}}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity([1.0,1.0],'v')+1"}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn","source":"knn_score","params":{"field":"v","query_value":1,"space_type":"hammingbit"}}}}}""", "unsupported")]
    [InlineData("""{"query":{"function_score":{"script_score":{"script":"cosineSimilarity([1.0,1.0],'v')+1"}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"9-dotProduct(params.q,'v')","params":{"q":[3,1]}}}}}""", "unsupported")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":{"id":"stored","params":{"q":[1,1]}}}}}""", null)]
    [InlineData("""{"query":{"match_all":{}},"sort":{"_script":{"type":"number","script":{"source":"cosineSimilarity(params.q,'v')","params":{"q":[1,1]}}}}}""", null)]
    public async Task A_body_that_cannot_be_refined_goes_on_as_it_came(string body, string? outcome)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await AssertPassedAsync(cluster, outcome, body);
    }

    [Fact]
    public async Task A_vector_that_nothing_says_the_meaning_of_goes_on_as_it_came()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await AssertPassedAsync(cluster, "no-query-text", queryText: null);
        Assert.Empty(cluster.Samples);
    }

    [Theory]
    [InlineData(403, """{"error":{"type":"security_exception"},"status":403}""")]
    [InlineData(200, """{"i":{"mappings":{}}}""")]
    [InlineData(200, "<html>")]
    [InlineData(200, """{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":16,"element_type":"bit"}}}}}""")]
    [InlineData(200, """{"i":{"mappings":{"properties":{"v":{"type":"knn_vector","dimension":2}}}}}""")]
    public async Task A_mapping_that_cannot_be_read_or_refined_by_leaves_the_search_alone(int status, string mapping)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, mapping: new UpstreamAnswer(mapping, status));

        await AssertPassedAsync(cluster, "unsupported");
    }

    [Theory]
    [InlineData(400, "{}", "upstream-refused-sample")]
    [InlineData(429, "{}", "upstream-refused-sample")]
    [InlineData(200, "not json", "upstream-refused-sample")]
    [InlineData(200, "{}", "upstream-refused-sample")]
    [InlineData(200, """{"timed_out":true,"hits":{"hits":[]}}""", "upstream-refused-sample")]
    [InlineData(200, """{"hits":{"hits":[]}}""", "too-few-hits")]
    [InlineData(200, """{"hits":{"hits":[{"_index":"i","_source":{"t":"no id"},"fields":{"v":[1,2]}}]}}""", "upstream-refused-sample")]
    public async Task A_sample_that_is_refused_or_says_nothing_leaves_the_search_alone(int status, string reply, string outcome)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, sample: new UpstreamAnswer(reply, status));

        await AssertPassedAsync(cluster, outcome);
    }

    [Theory]
    [InlineData("{}", "vectors-unavailable")]
    [InlineData("""{"v":[[0,0]]}""", "vectors-unavailable")]
    [InlineData("""{"v":["!!"]}""", "vectors-unavailable")]
    [InlineData("""{"v":[[1,2,3]]}""", "dimension-mismatch")]
    [InlineData("""{"v":[["a","b"]]}""", "vectors-unavailable")]
    public async Task Vectors_that_cannot_be_read_back_leave_the_search_alone(string fields, string outcome)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, sample: new UpstreamAnswer(FakeCluster.SampleReply(fields)));

        (_, _, string? named) = await AssertPassedAsync(cluster, outcome: null, checkOutcome: false);
        Assert.StartsWith(outcome, named, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_refuses_docvalue_fields_is_asked_with_fields_and_remembered()
    {
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(request =>
            request.Target.EndsWith("_mapping", StringComparison.Ordinal)
                ? new UpstreamAnswer("""{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2},"t":{"type":"text"}}}}}""")
                : request.BodyText.Contains("docvalue_fields", StringComparison.Ordinal) ? new UpstreamAnswer("{}", 400)
                : new UpstreamAnswer(FakeCluster.SampleReply()));
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: settings => settings with { Upstream = new UpstreamSettings { Urls = [upstream.Url] } });

        await cluster.SearchAsync();
        await cluster.SearchAsync(queryText: "another question");

        Assert.Equal(1, upstream.Requests.Count(static request => request.BodyText.Contains("docvalue_fields", StringComparison.Ordinal)));
        Assert.Equal(2, upstream.Requests.Count(static request => request.BodyText.Contains("\"fields\":[\"v\"]", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_refined_search_that_the_cluster_refuses_gives_way_to_the_original(int status)
    {
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(request =>
            request.Target.EndsWith("_mapping", StringComparison.Ordinal)
                ? new UpstreamAnswer("""{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2},"t":{"type":"text"}}}}}""")
                : request.BodyText.Contains("docvalue_fields", StringComparison.Ordinal) ? new UpstreamAnswer(FakeCluster.SampleReply())
                : request.BodyText == FakeCluster.Search ? new UpstreamAnswer(FakeCluster.PlainReply)
                : new UpstreamAnswer("""{"error":"of the refined search"}""", status));
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: settings => settings with { Upstream = new UpstreamSettings { Urls = [upstream.Url] } });

        (int Status, string Body, string? Outcome) reply = await cluster.SearchAsync();

        Assert.Equal((200, FakeCluster.PlainReply, "unsupported"), reply);
        Assert.Equal(4, upstream.Requests.Count);
    }

    [Fact]
    public async Task Judgments_that_arrived_before_the_deadline_are_used_and_the_rest_is_absent()
    {
        FakeTimeProvider time = new();
        TaskCompletionSource waiting = new();
        ScriptedJudge judge = new(async (_, sheet, cancellationToken) =>
        {
            sheet.Write(0, Judgment.Of(0.1));
            sheet.Write(1, Judgment.Of(0.9));
            waiting.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, replace: services => services.AddSingleton<TimeProvider>(time));

        Task<(int Status, string Body, string? Outcome)> search = cluster.SearchAsync();
        await waiting.Task;
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.StartsWith("refined;judged=2;sample=4", (await search).Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_judge_that_hangs_leaves_the_search_alone_once_the_deadline_has_passed()
    {
        FakeTimeProvider time = new();
        TaskCompletionSource waiting = new();
        ScriptedJudge judge = new(async (_, _, _) =>
        {
            waiting.SetResult();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);   // deaf to cancellation, too
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, replace: services => services.AddSingleton<TimeProvider>(time));

        Task<(int Status, string Body, string? Outcome)> search = cluster.SearchAsync();
        await waiting.Task;
        Assert.Empty(cluster.Searches);
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.StartsWith("deadline-passed", (await search).Outcome, StringComparison.Ordinal);
        Assert.Equal([FakeCluster.Search], cluster.Searches);
    }

    [Fact]
    public async Task A_judge_that_fails_leaves_the_search_alone()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(new ScriptedJudge(static (_, _, _) => throw new JudgeException("down")));

        (_, _, string? outcome) = await AssertPassedAsync(cluster, outcome: null, checkOutcome: false);
        Assert.StartsWith("judge-failed", outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_judge_that_fails_for_some_hits_is_believed_for_the_others()
    {
        ScriptedJudge judge = new(static (_, sheet, _) =>
        {
            sheet.Write(0, Judgment.Of(0.1));
            sheet.Write(1, Judgment.Of(0.9));
            throw new JudgeException("the rest failed");
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);

        Assert.StartsWith("refined;judged=2", (await cluster.SearchAsync()).Outcome, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5f, "no-signal")]
    [InlineData(float.NaN, "unsupported")]
    public async Task Judgments_without_a_signal_or_without_sense_leave_the_search_alone(float probability, string outcome)
    {
        ScriptedJudge judge = new((task, sheet, _) =>
        {
            for (int i = 0; i < task.Hits.Count; i++)
            {
                sheet.Write(i, new Judgment(probability, 0, 0));
            }

            return Task.CompletedTask;
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge);

        (_, _, string? named) = await AssertPassedAsync(cluster, outcome: null, checkOutcome: false);
        Assert.StartsWith(outcome, named, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_ours_leaves_the_search_alone()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(new ScriptedJudge(static (_, _, _) => throw new InvalidOperationException("a bug")));

        (_, _, string? outcome) = await AssertPassedAsync(cluster, outcome: null, checkOutcome: false);
        Assert.StartsWith("internal-error", outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_without_a_permit_goes_on_at_once()
    {
        TaskCompletionSource waiting = new();
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (_, _, _) =>
        {
            waiting.TrySetResult();
            await release.Task;
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, configure: static settings => settings with { MaxConcurrentSearches = 1 });

        Task<(int Status, string Body, string? Outcome)> first = cluster.SearchAsync();
        await waiting.Task;
        await AssertPassedAsync(cluster, "overloaded", queryText: "another question");
        release.SetResult();
        Assert.StartsWith("too-few-hits", (await first).Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_cannot_be_lent_leave_the_search_alone()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        (_, _, string? outcome) = await cluster.SearchAsync(
            also: static request => request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=x"));

        Assert.Equal("unsupported", outcome);
        Assert.Empty(cluster.Samples);
        Assert.Equal([FakeCluster.Search], cluster.Searches);
    }

    [Fact]
    public async Task Off_leaves_the_search_alone_and_a_header_switches_it_on_only_where_the_operator_allows_it()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: static settings => settings with { Mode = RefinementMode.Off });
        await using FakeCluster allows = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: static settings => settings with { Mode = RefinementMode.Off, AllowModeHeader = true });

        await AssertPassedAsync(cluster, "target-off");
        Assert.Equal("target-off", (await cluster.SearchAsync(also: Refine)).Outcome);
        Assert.Empty(cluster.Samples);
        Assert.StartsWith("refined", (await allows.SearchAsync(also: Refine)).Outcome, StringComparison.Ordinal);

        static void Refine(HttpRequestMessage request) => request.Headers.Add("EsRefine-Mode", "refine");
    }

    [Fact]
    public async Task Without_a_judge_the_sidecar_is_a_plain_proxy()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge: null);

        await AssertPassedAsync(cluster, outcome: null);
        Assert.Single(cluster.Requests);
    }

    [Fact]
    public async Task Shadow_answers_at_once_and_refines_behind_the_reply()
    {
        TaskCompletionSource<JudgingTask> judged = new();
        TaskCompletionSource release = new();
        ScriptedJudge judge = new(async (task, _, _) =>
        {
            await release.Task;
            judged.SetResult(task);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(judge, configure: static settings => settings with { Mode = RefinementMode.Shadow });

        await AssertPassedAsync(cluster, "shadowed");
        release.SetResult();

        Assert.Equal("a question", (await judged.Task.WaitAsync(TestContext.Current.CancellationToken)).QueryText);
    }

    [Theory]
    [InlineData("Refine", "refined;")]
    [InlineData("Off", "shadowed")]
    [InlineData("Shadow", "shadowed")]
    public async Task Clause_in_shadow_keeps_its_vector_beside_clauses_in_other_modes(string mode, string outcome)
    {
        RefinementMode other = Enum.Parse<RefinementMode>(mode);
        const string Mapping = """
            {"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,"similarity":"cosine"},"w":{"type":"dense_vector","dims":2,"similarity":"cosine"},"t":{"type":"text"}}}}}
            """;
        TargetSettings[] targets = [new() { Index = "i", Field = "w", Mode = RefinementMode.Shadow }, new() { Index = "i", Field = "v", Mode = other }];
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, mapping: new UpstreamAnswer(Mapping), configure: settings => settings with { Targets = targets });

        (_, _, string? header) = await cluster.SearchAsync("""{"knn":[{"field":"w","query_vector":[1, 1],"k":4},{"field":"v","query_vector":[1,1],"k":4}]}""");

        Assert.StartsWith(outcome, header, StringComparison.Ordinal);
        string sent = Assert.Single(cluster.Searches);
        Assert.Contains("""{"field":"w","query_vector":[1, 1],"k":4}""", sent, StringComparison.Ordinal);
        Assert.Equal(other != RefinementMode.Refine, sent.Contains("""{"field":"v","query_vector":[1,1],"k":4}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_copies_of_a_vector_on_one_field_are_replaced_by_one_refined_vector()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await cluster.SearchAsync(
            """
            {"knn":[{"field":"v","query_vector":[1,1],"k":4},{"field":"v","query_vector":[1.0,1.0],"k":2,"filter":{"term":{"a":1}}}],
             "rescore":{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'v')+1.0","params":{"q":[1,1]}}}}}}}
            """);

        string sent = Assert.Single(cluster.Searches);
        string[] vectors = [.. sent.Split('[').Skip(2).Select(static part => part[..part.IndexOf(']')])];
        Assert.Equal(3, vectors.Length);
        Assert.Single(vectors.Distinct());
        Assert.True(float.Parse(vectors[0].Split(',')[0], CultureInfo.InvariantCulture) > 0.8f);
    }

    [Fact]
    public async Task A_vector_inside_wrappers_is_refined_where_it_stands_and_sampled_as_if_no_wrapper_were_there()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        const string Knn = """{"knn":{"field":"v","query_vector":[1, 1],"k":4,"filter":{"term":{"a":1}}}}""";
        string body = """{"size":4, "query":{"bool":{"must":[#],"filter":@}},"rescore":{"query":{"rescore_query":#}}}"""
            .Replace("#", SearchBody.Wrap(Knn), StringComparison.Ordinal)
            .Replace("@", SearchBody.Wrap("""{"term":{"b":2}}"""), StringComparison.Ordinal);

        (_, _, string? outcome) = await cluster.SearchAsync(body);

        Assert.StartsWith("refined;judged=4;", outcome, StringComparison.Ordinal);
        Assert.Contains("""[1, 1],"k":20,"num_candidates":100,"filter":{"bool":{"filter":[{"term":{"a":1}},{"term":{"b":2}}],""", Assert.Single(cluster.Samples).BodyText, StringComparison.Ordinal);
        string sent = Assert.Single(cluster.Searches);
        string[] wrapped =
            [.. sent.Split('"').Where(static text => text.Length > 20).Select(static text => Encoding.UTF8.GetString(Convert.FromBase64String(text)))];
        Assert.Equal(["""{"term":{"b":2}}""", wrapped[0]], wrapped[1..]);   // the clause, the filter, the copy
        string vector = wrapped[0][wrapped[0].IndexOf('[')..(wrapped[0].IndexOf(']') + 1)];
        Assert.True(float.Parse(vector[1..].Split(',')[0], CultureInfo.InvariantCulture) > 0.8f);
        Assert.Equal(body, sent.Replace(SearchBody.Wrap(wrapped[0]), SearchBody.Wrap(Knn), StringComparison.Ordinal));
        Assert.Equal(Knn, wrapped[0].Replace(vector, "[1, 1]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fSB4", "unsupported")]   // {"term":{"a":1}} x, which the engines read
    [InlineData("LS0tCnRlcm06CiAgYTogMQo=", "unsupported")]   // YAML, which they read too
    [InlineData("!", "unsupported")]
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fQ==", "refined")]
    public async Task A_wrapper_that_cannot_be_read_may_hold_a_copy_and_leaves_the_search_alone(string base64, string outcome)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        string body = FakeCluster.Search[..^1] + ""","post_filter":{"wrapper":{"query":"#"}}}""".Replace("#", base64, StringComparison.Ordinal);

        (_, _, string? told) = await cluster.SearchAsync(body);

        Assert.Equal(outcome, told?.Split(';')[0]);
        Assert.Equal(outcome == "unsupported", Assert.Single(cluster.Searches) == body);
        Assert.Equal(outcome == "unsupported" ? 0 : 1, cluster.Samples.Count);
    }

    [Theory]
    [InlineData("v", "a")]
    [InlineData("a", "v")]
    [InlineData("a", "b")]
    public async Task Copies_under_other_names_of_the_field_are_replaced_too(string clause, string copy)
    {
        const string Mapping = """{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2},"a":{"type":"alias","path":"v"},"b":{"type":"alias","path":"v"},"t":{"type":"text"}}}}}""";
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, mapping: new UpstreamAnswer(Mapping));

        (_, _, string? outcome) = await cluster.SearchAsync(
            """
            {"knn":[{"field":"#","query_vector":[1,1],"k":4},{"field":"@","query_vector":[1.0,1.0],"k":2}],
             "rescore":{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'@')+1.0","params":{"q":[1,1]}}}}}}}
            """.Replace("#", clause, StringComparison.Ordinal).Replace("@", copy, StringComparison.Ordinal));

        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        string[] vectors = [.. Assert.Single(cluster.Searches).Split('[').Skip(2).Select(static part => part[..part.IndexOf(']')])];
        Assert.Equal(3, vectors.Length);
        Assert.StartsWith("0.", Assert.Single(vectors.Distinct()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"_shards":{"total":3,"failed":1,"failures":[{"reason":{"failed":0}}]},"hits":{"hits":[]}}""")]
    [InlineData("cut off {")]
    public async Task A_reply_that_failed_in_part_for_the_refined_vector_is_not_the_one_the_client_gets(string partial)
    {
        const string Scripted = """{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'v')+1.0","params":{"q":[1, 1]}}}}}""";
        await using FakeUpstream upstream = await FakeUpstream.StartAsync(request =>
            request.Target.EndsWith("_mapping", StringComparison.Ordinal)
                ? new UpstreamAnswer("""{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2},"t":{"type":"text"}}}}}""")
                : request.Headers.ContainsKey("X-Opaque-Id") ? new UpstreamAnswer(FakeCluster.SampleReply())
                : new UpstreamAnswer(request.BodyText == Scripted ? FakeCluster.PlainReply : partial));
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: settings => settings with { Upstream = new UpstreamSettings { Urls = [upstream.Url] } });

        (int status, string body, string? outcome) = await cluster.SearchAsync(Scripted);

        Assert.Equal((200, FakeCluster.PlainReply, "unsupported"), (status, body, outcome));
        Assert.Equal(Scripted, upstream.Requests[^1].BodyText);
        Assert.NotEqual(Scripted, upstream.Requests[^2].BodyText);
    }

    [Theory]
    [InlineData("""{"query":{"function_score":{"script_score":{"script":#}}},"sort":[{"_script":{"type":"number","script":#}},"_score"]}""", "dotProduct(params.q,'v')")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":#}}}""", "dotProduct(params.q,'v')+dotProduct(params.r,'v')")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":#}}}""", "def p = params.more; dotProduct(p.q,'v')")]
    [InlineData("""{"query":{"script_score":{"query":{"match_all":{}},"script":#}},"script_fields":{"s":{"script":{"source":"dotProduct(params.v,'v')","params":{"v":[1,1]}}}}}""", "dotProduct(params.q,'v')+dotProduct(params.q,'w')")]
    [InlineData("""{"query":{"script_score":{"query":{"function_score":{"script_score":{"script":#}}},"script":#}}}""", "_score+dotProduct(params.q,'v')")]
    public async Task All_copies_of_a_script_s_vector_are_replaced(string frame, string source)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        string script = $$$"""{"source":"{{{source}}}","params":{"q":[1,1],"r":[1.0,1],"more":{"q":[1, 1]} } }""";

        (_, _, string? outcome) = await cluster.SearchAsync(frame.Replace("#", script, StringComparison.Ordinal));

        Assert.StartsWith("refined", outcome, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\[1(\.0)?, ?1\]", Assert.Single(cluster.Searches));
    }

    [Fact]
    public async Task A_script_s_vector_with_a_copy_that_could_not_follow_stays()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await AssertPassedAsync(cluster, "unsupported", """
            {"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'v')+dotProduct(params.q,'w')","params":{"q":[1,1]}}}},
             "script_fields":{"s":{"script":{"source":"dotProduct(params.q,'w')","params":{"q":[1,1]}}}}}
            """);
    }

    [Fact]
    public async Task A_node_that_is_down_costs_no_refinement()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven,
            configure: static settings =>
                settings with { Upstream = new UpstreamSettings { Urls = [new Uri("http://127.0.0.1:9"), .. settings.Upstream.Urls] } });

        Assert.StartsWith("refined", (await cluster.SearchAsync()).Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_with_half_a_surrogate_pair_costs_no_sample()
    {
        string reply = FakeCluster.SampleReply().Replace("text 3", "broken \\ud83d", StringComparison.Ordinal);
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, sample: new UpstreamAnswer(reply));

        Assert.StartsWith("refined;judged=4", (await cluster.SearchAsync()).Outcome, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Body, string? Outcome)> AssertPassedAsync(
        FakeCluster cluster, string? outcome, string body = FakeCluster.Search, string? queryText = "a question", bool checkOutcome = true)
    {
        (int Status, string Body, string? Outcome) reply = await cluster.SearchAsync(body, queryText);

        Assert.Equal((200, FakeCluster.PlainReply), (reply.Status, reply.Body));
        Assert.Equal(body, cluster.Searches[^1]);
        if (checkOutcome)
        {
            Assert.Equal(outcome, reply.Outcome?.Split(';')[0]);
        }

        return reply;
    }
}
