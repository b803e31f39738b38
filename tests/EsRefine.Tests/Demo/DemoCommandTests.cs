using System.Text;
using System.Text.Json;
using EsRefine.Commands;
using EsRefine.EmbeddedIndex;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Demo;

/// <summary>The README's first command, as a user types it.</summary>
public sealed class DemoCommandTests
{
    [Fact]
    public async Task Figures_for_machines_are_one_object_and_went_up()
    {
        Ended ended = await RunAsync("demo", "--json");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        JsonElement figures = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal(40, figures.GetProperty("queries").GetInt32());
        Assert.Equal(40, figures.GetProperty("outcomes").GetProperty("refined").GetInt32());

        // Plain kNN is good but not perfect, and a perfect judge helps: the texts were written so, the figures follow from the model.
        Assert.InRange(figures.GetProperty("map_before").GetDouble(), 0.36, 0.40);
        Assert.InRange(figures.GetProperty("map_after").GetDouble(), 0.61, 0.66);
        Assert.True(figures.GetProperty("ndcg_cut_10_after").GetDouble() > figures.GetProperty("ndcg_cut_10_before").GetDouble() + 0.1);

        Assert.NotEmpty(figures.GetProperty("question").GetString()!);
        string[] before = [.. figures.GetProperty("before").EnumerateArray().Select(static page => page.GetProperty("id").GetString()!)];
        string[] after = [.. figures.GetProperty("after").EnumerateArray().Select(static page => page.GetProperty("id").GetString()!)];
        Assert.Equal((10, 10), (before.Length, after.Length));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task Report_shows_both_rankings_why_they_differ_and_what_the_judge_is()
    {
        Ended ended = await RunAsync("demo", "--once", "--query", "the app does not work for me");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.Contains("“The app does not work for me”", ended.Output, StringComparison.Ordinal);
        Assert.Matches("the cluster alone .* through EsRefine", ended.Output);
        Assert.Matches(@" 1 +● .* new \(was \d+\)|new \(was \d+\)", ended.Output);
        Assert.Matches(@"judged 20 of 20 sampled hits, \d+ of them relevant; the query vector turned 0\.30 rad \(17°, rocchio@0\.3\)", ended.Output);
        Assert.Matches(@"toward +“", ended.Output);
        Assert.Matches(@"away from +“", ended.Output);
        Assert.Matches(@"MAP +0\.\d+ +0\.\d+ +\+0\.\d+", ended.Output);
        Assert.Contains("replays the judgments recorded with the questions", ended.Output, StringComparison.Ordinal);
        Assert.Contains("--judge-url http://localhost:8000/v1 --judge-model NAME", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', ended.Output);
        Assert.DoesNotContain(ended.Output.Split(Environment.NewLine), static line => line.EndsWith(' '));
        Assert.DoesNotContain("curl", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Language_model_judges_in_place_of_the_recorded_judgments()
    {
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(SaysYesTo("train"));
        Ended ended = await RunAsync(
            "demo", "--once", "--sample", "5", "--judge-url", judge.Url.ToString(), "--judge-model", "any",
            "--query", "What may I bring to a picnic on board?");
        Assert.Equal(ExitCode.Done, ended.ExitCode);
        Assert.True(judge.Calls.Count >= 42 * 5, $"{judge.Calls.Count} calls");   // forty questions, the user's own, and once more to explain it
        Assert.Contains($"any at {judge.Url}", ended.Output, StringComparison.Ordinal);
        Assert.Contains("Nobody has graded the pages for this question.", ended.Output, StringComparison.Ordinal);
        Assert.Contains("judged 5 of 5 sampled hits", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("replays the judgments", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_that_fails_changes_nothing_and_is_told_loudly()
    {
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(ChatScripts.Error(500, "broken"));
        Ended ended = await RunAsync("demo", "--json", "--judge-url", judge.Url.ToString(), "--judge-model", "any");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        JsonElement figures = JsonDocument.Parse(ended.Output).RootElement;
        Assert.Equal(figures.GetProperty("map_before").GetDouble(), figures.GetProperty("map_after").GetDouble());
        Assert.Equal(40, figures.GetProperty("outcomes").GetProperty("judge-failed").GetInt32());
        Assert.Contains("esrefine: no search was refined (judge-failed)", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_of_somebody_else_is_left_alone()
    {
        await using EmbeddedIndexServer cluster = await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using HttpClient client = new(new SocketsHttpHandler());
        using StringContent mapping = new("""{"mappings":{"properties":{"precious":{"type":"keyword"}}}}""", Encoding.UTF8, "application/json");
        Uri index = new(cluster.Url, "esrefine-demo");
        using HttpResponseMessage made = await client.PutAsync(index, mapping, TestContext.Current.CancellationToken);
        made.EnsureSuccessStatusCode();

        Ended ended = await RunAsync("demo", "--json", "--elasticsearch", cluster.Url.ToString());
        Assert.Equal((ExitCode.Usage, ""), (ended.ExitCode, ended.Output));
        Assert.Contains("choose another name with --index NAME", ended.Error, StringComparison.Ordinal);
        string kept = await client.GetStringAsync(new Uri(cluster.Url, "esrefine-demo/_mapping"), TestContext.Current.CancellationToken);
        Assert.Contains("precious", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_engine_than_the_flag_says_is_told_with_the_right_flag()
    {
        await using EmbeddedIndexServer cluster = await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Ended ended = await RunAsync("demo", "--json", "--opensearch", cluster.Url.ToString());
        string message = $"esrefine: --opensearch: {cluster.Url} is Elasticsearch; say --elasticsearch {cluster.Url}{Environment.NewLine}";
        Assert.Equal((ExitCode.Usage, message), (ended.ExitCode, ended.Error));
    }

    [Fact]
    public async Task Cluster_that_does_not_answer_is_named_with_the_way_out()
    {
        Ended ended = await RunAsync("demo", "--elasticsearch", "http://127.0.0.1:1");
        Assert.Equal((ExitCode.Failed, ""), (ended.ExitCode, ended.Output));
        Assert.StartsWith("esrefine: nothing answers at http://127.0.0.1:1/ (", ended.Error, StringComparison.Ordinal);
        Assert.Contains("Without --elasticsearch the demo needs no cluster", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_that_cannot_work_are_told_all_at_once()
    {
        Ended ended = await RunAsync(
            "demo", "--elasticsearch", "localhost", "--rule", "magic", "--sample", "1", "--keep", "--judge-model", "any",
            "--judge-key-env", "NO_SUCH_VARIABLE");
        Assert.Equal((ExitCode.Usage, ""), (ended.ExitCode, ended.Output));
        Assert.Equal(
            [
                "esrefine: --elasticsearch must be an http or https URL such as http://localhost:9200, not 'localhost'",
                "esrefine: --judge-model requires --judge-url, the API that serves the model",
                "esrefine: --keep has no effect on the embedded index, which exists only while the demo runs: add --elasticsearch or --opensearch",
                "esrefine: --rule must be kl-adam or rocchio@ANGLE, an angle in radians above 0 and at most π/2 (rocchio@0.3), not 'magic'",
                "esrefine: --sample must be a whole number of hits from 2 to 100, not '1'",
            ],
            ended.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("nc-*", "must not hold '*'")]
    [InlineData("nc bad", "must not hold a space")]
    [InlineData("NC", "must be in lower case")]
    [InlineData("_nc", "must not begin with '-', '_' or '+'")]
    [InlineData("", "must not be empty")]
    public async Task Name_that_no_index_can_have_is_refused_first(string name, string fault)
    {
        Ended ended = await RunAsync("demo", "--index", name);
        Assert.Equal(
            (ExitCode.Usage, $"esrefine: --index '{name}': an index name {fault}; use a name such as esrefine-demo{Environment.NewLine}"),
            (ended.ExitCode, ended.Error));
    }

    [Fact]
    public async Task Judge_at_a_wrong_address_is_told_in_flags_and_no_chance_is_claimed()
    {
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(ChatScripts.Error(400, "no handler found"));
        Uri root = new(judge.Url, "/");
        Ended ended = await RunAsync("demo", "--once", "--sample", "2", "--judge-url", root.ToString(), "--judge-model", "any");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("--judge-model; --judge-url usually ends in /v1", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("judge.", ended.Error, StringComparison.Ordinal);
        Assert.Contains("paired t-test: p –", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_is_no_cluster_is_told_so()
    {
        await using ScriptedChatServer server = await ScriptedChatServer.StartAsync(ChatScripts.Error(404, "not found"));
        Uri root = new(server.Url, "/");
        Ended ended = await RunAsync("demo", "--elasticsearch", root.ToString());
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains($"--elasticsearch: what answers at {root} is neither Elasticsearch nor OpenSearch", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Question_without_recorded_judgments_is_answered_with_the_list()
    {
        Ended ended = await RunAsync("demo", "--query", "What is the meaning of life?");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("with --judge-url and --judge-model a language model judges any question", ended.Error, StringComparison.Ordinal);
        Assert.Contains("  q22  The app does not work for me", ended.Error, StringComparison.Ordinal);
    }

    private static ChatScript SaysYesTo(string word) => (context, call) =>
        (call.Prompt.Contains(word, StringComparison.OrdinalIgnoreCase)
            ? ChatScripts.Says(("yes", 0.9), ("no", 0.1))
            : ChatScripts.Says(("no", 0.9), ("yes", 0.1)))(context, call);

    private static async Task<Ended> RunAsync(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter error = new();
        int exitCode = await CommandLine.InvokeAsync(arguments, output, error, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        return new(exitCode, output.ToString(), error.ToString());
    }

    private sealed record Ended(int ExitCode, string Output, string Error);
}
