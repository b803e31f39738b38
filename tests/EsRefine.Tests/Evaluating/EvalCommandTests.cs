using System.Text.Json;
using EsRefine.Commands;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Evaluation.Measures;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Evaluating;

/// <summary><c>esrefine eval</c> from its command line to its files, exactly and on a small set.</summary>
public sealed class EvalCommandTests : IDisposable
{
    private readonly SmallSet _set = new();

    private string Json => Path.Combine(_set.Folder, "figures.json");

    private string Runs => Path.Combine(_set.Folder, "runs");

    [Fact]
    public async Task The_report_names_what_was_evaluated_and_what_each_system_reached()
    {
        Ended ended = await EvalAsync("--exact", "--judge", "qrels", "--rules", "kl-adam,rocchio@0.5", "--sample", "6", "--json", Json);

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken));
        Assert.Equal(("small", "exact", "qrels"), (Text(report, "dataset"), Text(report, "engine"), Text(report, "judge")));
        Assert.Equal((3, 1, 6, 18), (Number(report, "queries"), Number(report, "skipped_queries"), Number(report, "sample"), Number(report, "judgments")));
        JsonElement[] systems = [.. report.GetProperty("systems").EnumerateArray()];
        Assert.Equal(["knn", "rerank", "kl-adam", "rocchio@0.5"], systems.Select(static system => Text(system, "name")));
        Assert.All(systems[1..], system =>
        {
            Assert.Equal(system.GetProperty("map").GetDouble() - systems[0].GetProperty("map").GetDouble(), system.GetProperty("delta_map").GetDouble(), 1e-12);
            Assert.Equal(3, Number(system, "win") + Number(system, "tie") + Number(system, "loss"));
            Assert.InRange(system.GetProperty("p_value").GetDouble(), 0, 1);
        });
        Assert.True(systems[3].GetProperty("map").GetDouble() >= systems[0].GetProperty("map").GetDouble(), "the labels themselves made it worse");
        Assert.Contains("rocchio@0.5", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corpus_without_a_document_is_a_failure_with_its_reason()
    {
        _set.Write("corpus.jsonl", "\n");

        Ended ended = await EvalAsync("--exact", "--judge", "qrels");

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("corpus.jsonl holds no document", ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }

    [Fact]
    public async Task Every_figure_follows_from_the_runs_and_qrels_it_leaves()
    {
        await EvalAsync("--exact", "--judge", "weak-noise", "--rules", "rocchio@0.3", "--sample", "6", "--json", Json, "--runs", Runs);

        Qrels qrels = QrelsFile.Read(Path.Combine(Runs, "small.test.qrels"));
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken));
        foreach (JsonElement system in report.GetProperty("systems").EnumerateArray())
        {
            Run run = TrecRunFile.Read(Path.Combine(Runs, $"small.exact.weak-noise.{Text(system, "name")}.run"));
            foreach (Measure measure in new Measure[] { new AveragePrecision(), new AveragePrecision(1000), new Ndcg(10), new Recall(100) })
            {
                Assert.Equal(MeasureScores.Of(measure, run, qrels).Mean, system.GetProperty(measure.Name).GetDouble(), 1e-12);
            }
        }
    }

    [Fact]
    public async Task Judgments_it_leaves_give_the_same_figures_when_replayed()
    {
        await EvalAsync("--exact", "--judge", "llm-noise", "--rules", "kl-adam", "--sample", "6", "--json", Json, "--runs", Runs);
        string first = await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken);

        string recording = "recorded:" + Path.Combine(Runs, "judgments.jsonl");
        Ended ended = await EvalAsync("--exact", "--judge", recording, "--rules", "kl-adam", "--sample", "6", "--json", Json);

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        JsonElement replayed = JsonElement.Parse(await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken));
        Assert.Equal(JsonElement.Parse(first).GetProperty("systems").ToString(), replayed.GetProperty("systems").ToString());
    }

    [Fact]
    public async Task A_query_whose_sample_was_not_recorded_whole_is_left_out_and_counted()
    {
        await EvalAsync("--exact", "--judge", "llm-noise", "--sample", "6", "--runs", Runs);
        string judgments = Path.Combine(Runs, "judgments.jsonl");
        string[] lines = await File.ReadAllLinesAsync(judgments, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(judgments, lines[1..], TestContext.Current.CancellationToken);

        Ended ended = await EvalAsync("--exact", "--judge", "recorded:" + judgments, "--sample", "6", "--json", Json);

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        JsonElement report = JsonElement.Parse(await File.ReadAllTextAsync(Json, TestContext.Current.CancellationToken));
        Assert.Equal((2, 1, 2), (Number(report, "queries"), Number(report, "queries_not_recorded"), Number(report, "skipped_queries")));
    }

    [Fact]
    public async Task Ids_with_white_space_are_encoded_in_runs_and_the_user_is_told()
    {
        Ended ended = await EvalAsync("--exact", "--judge", "qrels", "--sample", "6", "--runs", Runs);
        Assert.Contains("ids are percent-encoded", ended.Error, StringComparison.Ordinal);
        Assert.Contains("bread 0 bread%201 1", await File.ReadAllLinesAsync(Path.Combine(Runs, "small.test.qrels"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_chat_judge_is_asked_once_for_each_pair_however_many_rules()
    {
        await using ScriptedChatServer server = await ScriptedChatServer.StartAsync(ChatScripts.Says((" Yes", 0.7), (" No", 0.2)));

        Ended ended = await EvalAsync(
            "--exact", "--judge", "chat", "--judge-url", server.Url.ToString(), "--judge-model", "scripted",
            "--rules", "kl-adam,rocchio@0.3,rocchio@0.5", "--sample", "6", "--runs", Runs);

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(3 * 6, server.Calls.Count);
        Assert.All(RecordedJudgmentFile.Read(Path.Combine(Runs, "judgments.jsonl"), "small"), static judgment =>
        {
            Assert.Equal(0.7, judgment.Yes, 1e-9);
            Assert.Equal(0.2, judgment.No, 1e-9);
        });
    }

    [Fact]
    public async Task A_judge_that_fails_stops_the_evaluation_with_the_reason()
    {
        await using ScriptedChatServer server = await ScriptedChatServer.StartAsync(ChatScripts.Error(503, "overloaded"));

        Ended ended = await EvalAsync(
            "--exact", "--judge", "chat", "--judge-url", server.Url.ToString(), "--judge-model", "scripted", "--sample", "6", "--json", Json);

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("503", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Json), "figures of half an evaluation");
        Assert.Empty(ended.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Judgments_saved_before_are_deleted_once_all_of_them_were_given_again(bool isKept)
    {
        string[] command = ["--exact", "--judge", "llm-noise", "--sample", "6", "--runs", Runs];
        await EvalAsync(command);
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(Runs, "judgments.jsonl"), TestContext.Current.CancellationToken);
        const string Other = """{"set":"small","query":"bread","doc":"of a larger evaluation","yes":0.5,"no":0.5}""";
        string partial = Path.Combine(Runs, "judgments.partial.jsonl");
        await File.WriteAllLinesAsync(partial, isKept ? [lines[0], Other] : [lines[0], lines[^1]], TestContext.Current.CancellationToken);

        Ended ended = await EvalAsync(command);

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(isKept, File.Exists(partial));
    }

    [Fact]
    public async Task Runs_folder_that_cannot_be_made_is_told_before_any_work()
    {
        string file = Path.Combine(_set.Folder, "queries.jsonl");
        Ended ended = await EvalAsync("--exact", "--judge", "qrels", "--runs", Path.Combine(file, "runs"));
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("--runs " + Path.Combine(file, "runs") + ": the folder is not writable", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--judge qrels", "use exactly one of --elasticsearch URL, --opensearch URL and --exact")]
    [InlineData("--judge qrels --exact --opensearch http://localhost:1", "use exactly one of --elasticsearch URL, --opensearch URL and --exact")]
    [InlineData("--judge gold --exact", "--judge: no judge 'gold'; there is chat, qrels, llm-noise, weak-noise, recorded:FILE")]
    [InlineData("--judge chat --exact", "--judge chat requires --judge-url URL")]
    [InlineData("--judge qrels --exact --rules rocchio@nine", "--rules must be kl-adam or rocchio@ANGLE, an angle in radians above 0")]
    [InlineData("--judge qrels --exact --rules rocchio,rocchio@0.3", "--rules names rocchio@0.3 twice")]
    [InlineData("--judge qrels --exact --sample 1", "--sample must be 2 or more")]
    [InlineData("--judge qrels --exact --split dev", "there is no split 'dev'; there are: test")]
    [InlineData("--judge qrels --exact --model nowhere", "the folder nowhere does not exist; use a sentence-transformers folder, or omit --model")]
    [InlineData("--judge recorded:nope --exact", "--judge recorded:FILE must be an existing file; there is none at ")]
    [InlineData("--judge qrels --elasticsearch localhost:9200", "use http://host:port")]
    [InlineData("--exact", "--judge JUDGE is missing")]
    [InlineData("--judge qrels --exact --drop", "--drop requires a cluster")]
    public async Task A_command_line_that_cannot_work_names_the_fix(string arguments, string fix)
    {
        Ended ended = await EvalAsync(arguments.Split(' '));
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains(fix, ended.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _set.Dispose();

    private async Task<Ended> EvalAsync(params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await CommandLine.InvokeAsync(
            ["eval", "--data", _set.Folder, .. arguments], output, error, cancellationToken: TestContext.Current.CancellationToken);
        return new(exitCode, output.ToString(), error.ToString());
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    private static int Number(JsonElement element, string property) => element.GetProperty(property).GetInt32();

    private sealed record Ended(int ExitCode, string Output, string Error);
}
