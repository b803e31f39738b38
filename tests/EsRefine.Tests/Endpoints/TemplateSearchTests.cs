using System.Text.Json;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Endpoints;

/// <summary>Templates in front of a scripted cluster that renders as a test says.</summary>
public sealed class TemplateSearchTests
{
    private const string Target = "i/_search/template?routing=r";
    private const string Before = """{"id":"by-vector","params":{"k":4,"ids":[3, 4],"asked":{"about":"x","vector": """;
    private const string After = """ }}}""";
    private const string Template = Before + "[1, 1]" + After;
    private const string Clause = """{"field":"v","query_vector":[1.0,1],"k":4,"num_candidates":50}""";

    [Fact]
    public async Task Refined_vector_is_put_back_among_the_parameters()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, rendered: Rendered($$"""{"knn":{{Clause}},"post_filter":{"terms":{"n":[3,4]} } }"""));

        (int status, string reply, string? outcome) = await cluster.SearchAsync(Template, target: Target);

        Assert.Equal((200, FakeCluster.PlainReply), (status, reply));
        Assert.StartsWith("refined;judged=4;sample=4;", outcome, StringComparison.Ordinal);
        UpstreamRequest arrived = cluster.Requests[^1];
        Assert.Equal("/" + Target, arrived.Target);
        AssertTurnedTowardTheFirstAxis(arrived.BodyText, Before, After);
        Assert.Equal(Template, Assert.Single(cluster.Requests, static request => request.Target == "/_render/template").BodyText);
        Assert.Equal("/i/_search?routing=r", Assert.Single(cluster.Samples).Target);
        Assert.Contains("\"query_vector\":[1.0,1]", cluster.Samples[0].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrapper_beside_the_rendered_clause_is_no_hindrance()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, rendered: Rendered($$"""{"post_filter":{"wrapper":{"query":"eyJ0ZXJtIjp7ImEiOjF9fQ=="} },"knn":{{Clause}}}"""));

        (_, _, string? outcome) = await cluster.SearchAsync(Template, target: Target);

        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        AssertTurnedTowardTheFirstAxis(cluster.Requests[^1].BodyText, Before, After);
        Assert.Contains("""[{"term":{"a":1}}]""", Assert.Single(cluster.Samples).BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameter_rendered_in_two_clauses_is_replaced_once()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, rendered: Rendered($$"""{"knn":[{{Clause}},{{Clause}}]}"""));
        (_, _, string? outcome) = await cluster.SearchAsync(Template, target: Target);
        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        AssertTurnedTowardTheFirstAxis(cluster.Requests[^1].BodyText, Before, After);
        Assert.Single(cluster.Samples);
    }

    // What comes out of the template, and what of the search.
    [Theory]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,2],"k":4,"num_candidates":50}}""", "unsupported", 0)]
    [InlineData("""{"knn":{"field":"v","query_vector":"PwAAAD8AAAA=","k":4,"num_candidates":50}}""", "unsupported", 0)]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4,"num_candidates":50},"ext":{"mine":[1,1]}}""", "unsupported", 1)]   // a copy nobody knows
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4},"post_filter":{"wrapper":{"query":"eyJrbm4iOnsiZmllbGQiOiJ2IiwicXVlcnlfdmVjdG9yIjpbMSwxXX19"}}}""", "unsupported", 1)]   // a copy in a wrapper
    [InlineData("""{"query":{"wrapper":{"query":"eyJrbm4iOnsiZmllbGQiOiJ2IiwicXVlcnlfdmVjdG9yIjpbMiwxXX19"}}}""", "unsupported", 0)]
    [InlineData("""{"query":{"match_all":{}}}""", null, 0)]
    [InlineData("""{"knn":{"field":"v","query_vector":[1,1],"k":4,"num_candidates":50},"knn":{}}""", null, 0)]
    [InlineData("\"text\"", null, 0)]
    public async Task Template_that_cannot_carry_a_refined_vector_passes(string output, string? expected, int samples)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, rendered: Rendered(output));
        (_, string reply, string? outcome) = await cluster.SearchAsync(Template, target: Target);
        Assert.Equal((FakeCluster.PlainReply, expected), (reply, outcome));
        Assert.Equal(samples, cluster.Samples.Count);
        Assert.Equal(Template, cluster.Requests[^1].BodyText);
    }

    [Theory]
    [InlineData(404, """{"error":"no such template"}""")]
    [InlineData(200, "{")]
    [InlineData(200, "[]")]
    [InlineData(200, "nothing")]
    public async Task Cluster_that_does_not_render_gets_the_template_as_it_was(int status, string answer)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, rendered: new(answer, status));
        (_, string reply, string? outcome) = await cluster.SearchAsync(Template, target: Target);
        Assert.Equal((FakeCluster.PlainReply, "upstream-refused-sample"), (reply, outcome));
        Assert.Equal(Template, cluster.Requests[^1].BodyText);
    }

    [Theory]
    [InlineData("""{"id":"by-name","params":{"name":"x","ids":[3]}}""")]
    [InlineData("""{"id":"by-name"}""")]
    [InlineData("""{"params":{"v":[1,1]},"params":{"v":[1,1]}}""")]
    [InlineData("""{"id":"t","params":{"v":[1,1]}""")]
    [InlineData("""{"id":"t","params":{"v":[1,1e999]}}""")]
    [InlineData("[1,1]")]
    public async Task Template_without_a_vector_among_its_parameters_is_not_even_rendered(string body)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        (_, string reply, string? outcome) = await cluster.SearchAsync(body, target: Target);
        Assert.Equal((FakeCluster.PlainReply, null), (reply, outcome));
        Assert.Equal(body, Assert.Single(cluster.Requests).BodyText);
    }

    [Fact]
    public async Task Mode_off_and_credentials_that_cannot_be_lent_keep_a_template_from_being_rendered()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, rendered: Rendered($$"""{"knn":{{Clause}}}"""));
        await cluster.SearchAsync(Template, target: Target, also: static request => request.Headers.Add("EsRefine-Mode", "off"));
        await cluster.SearchAsync(
            Template, target: Target, also: static request => request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 x"));
        Assert.All(cluster.Requests, static request => Assert.Equal("/" + Target, request.Target));
    }

    [Fact]
    public async Task Broken_judge_leaves_every_byte()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            new ScriptedJudge(static (_, _, _) => throw new JudgeException("down")), rendered: Rendered($$"""{"knn":{{Clause}}}"""));
        (_, string reply, string? outcome) = await cluster.SearchAsync(Template, target: Target);
        Assert.Equal((FakeCluster.PlainReply, "judge-failed;judged=0;sample=4"), (reply, outcome));
        Assert.Equal(Template, cluster.Requests[^1].BodyText);
    }

    [Fact]
    public async Task Templates_of_a_multi_search_are_refined_line_by_line()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven, rendered: Rendered($$"""{"knn":{{Clause}}}"""));
        string head = "{\"index\":\"i\"}\n{\"id\":\"by-name\"}\n\n";
        (_, _, string? outcome) = await cluster.SearchAsync(head + Template + "\n", target: "_msearch/template");
        Assert.Equal("refined=1", outcome);
        AssertTurnedTowardTheFirstAxis(cluster.Requests[^1].BodyText, head + Before, After + "\n");
    }

    [Theory]
    [InlineData("i/_async_search?wait_for_completion_timeout=1s&keep_on_completion=false&keep_alive=1d")]
    [InlineData("_plugins/_asynchronous_search?index=i&keep_alive=1d")]
    [InlineData("i/_knn_search")]
    public async Task Search_whose_reply_comes_in_another_form_is_sampled_plainly_and_submitted_once(string target)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        (int status, string reply, string? outcome) = await cluster.SearchAsync(target: target);
        Assert.Equal((200, FakeCluster.PlainReply), (status, reply));
        Assert.StartsWith("refined;judged=4;sample=4;", outcome, StringComparison.Ordinal);
        Assert.Equal("/i/_search", Assert.Single(cluster.Samples).Target);
        UpstreamRequest submitted = Assert.Single(cluster.Requests, request => request.Target == "/" + target);
        AssertTurnedTowardTheFirstAxis(submitted.BodyText, """{"knn":{"field":"v","query_vector":""", ""","k":4,"num_candidates":50},"size":4}""");
    }

    private static UpstreamAnswer Rendered(string output) => new($$"""{"template_output":{{output}}}""");

    private static void AssertTurnedTowardTheFirstAxis(string body, string before, string after)
    {
        Assert.StartsWith(before, body, StringComparison.Ordinal);
        Assert.EndsWith(after, body, StringComparison.Ordinal);
        float[] vector = JsonSerializer.Deserialize<float[]>(body[before.Length..^after.Length])!;
        Assert.Equal(2, vector.Length);
        Assert.True(vector[0] > vector[1], body);
    }
}
