using System.Text.Json;
using EsRefine.Commands;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Evaluating;

/// <summary><c>eval</c> with a cluster and a judge, on a set of 82 documents.</summary>
public sealed class ClusterEvaluationTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esrefine-cluster-");

    private string Json => Path.Combine(_folder.FullName, "figures.json");

    [Theory]
    [InlineData("--elasticsearch")]
    [InlineData("--opensearch")]
    public async Task An_interrupted_load_is_completed(string flag)
    {
        RunningEngine engine = await EngineOf(flag).UseAsync();
        OwnSet set = OwnSet.Of("adi", _folder, engine);
        Ended whole = await EvalAsync(set, flag, engine, "--judge", "qrels", "--queries", "3", "--json", Json);
        Assert.True(whole.ExitCode == ExitCode.Done, whole.Error);
        string systems = Systems();
        string index = Assert.Single(await engine.FindIndicesAsync(set.Indices));
        await engine.SendAsync(HttpMethod.Post, $"/{index}/_delete_by_query?refresh=true", """{"query":{"ids":{"values":["1","17","81"]}}}""");

        Ended completed = await EvalAsync(set, flag, engine, "--judge", "qrels", "--queries", "3", "--json", Json, "--drop");

        Assert.True(completed.ExitCode == ExitCode.Done, completed.Error);
        Assert.Equal(systems, Systems());
        Assert.Empty(await engine.FindIndicesAsync(set.Indices));
    }

    [Theory]
    [InlineData("--elasticsearch")]
    [InlineData("--opensearch")]
    public async Task A_chat_judge_is_asked_once_for_each_pair_through_the_pipeline(string flag)
    {
        RunningEngine engine = await EngineOf(flag).UseAsync();
        await using ScriptedChatServer server = await ScriptedChatServer.StartAsync(ChatScripts.Says((" Yes", 0.7), (" No", 0.2)));

        Ended ended = await EvalAsync(
            OwnSet.Of("adi", _folder, engine), flag, engine,
            "--judge", "chat", "--judge-url", server.Url.ToString(), "--judge-model", "scripted", "--task", "Documents answer questions.",
            "--rules", "kl-adam,rocchio@0.3,rocchio@0.5", "--queries", "2", "--sample", "5", "--json", Json, "--drop");

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(2 * 5, server.Calls.Count);
        Assert.All(server.Calls, static call => Assert.Contains("Documents answer questions.", call.Prompt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--elasticsearch")]
    [InlineData("--opensearch")]
    public async Task A_judge_that_fails_stops_the_evaluation_although_the_pipeline_would_forward_the_search(string flag)
    {
        RunningEngine engine = await EngineOf(flag).UseAsync();
        await using ScriptedChatServer server = await ScriptedChatServer.StartAsync(
            static (context, call) => (call.Index == 3 ? ChatScripts.Error(503, "overloaded") : ChatScripts.Says((" Yes", 0.7), (" No", 0.2)))(context, call));

        Ended ended = await EvalAsync(
            OwnSet.Of("adi", _folder, engine), flag, engine,
            "--judge", "chat", "--judge-url", server.Url.ToString(), "--judge-model", "scripted", "--queries", "2", "--json", Json, "--drop");

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("503", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Json), "figures of half an evaluation");
    }

    [Fact]
    public async Task The_other_product_is_reported_with_its_flag()
    {
        RunningEngine engine = await openSearch.UseAsync();
        Ended ended = await EvalAsync(OwnSet.Of("adi", _folder, engine), "--elasticsearch", engine, "--judge", "qrels", "--queries", "1");
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("is OpenSearch: name it with --opensearch", ended.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private SearchEngine EngineOf(string flag) => flag == "--opensearch" ? openSearch : elasticsearch;

    private string Systems() => JsonElement.Parse(File.ReadAllText(Json)).GetProperty("systems").ToString();

    private static async Task<Ended> EvalAsync(OwnSet set, string flag, RunningEngine engine, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int exitCode = await CommandLine.InvokeAsync(
            ["eval", "--data", set.Folder, flag, EngineAddress.Of(engine), .. arguments], output, error,
            cancellationToken: TestContext.Current.CancellationToken);
        return new(exitCode, output.ToString(), error.ToString());
    }

    private sealed record Ended(int ExitCode, string Output, string Error);
}
