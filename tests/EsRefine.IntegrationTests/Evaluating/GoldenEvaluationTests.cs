using System.Text.Json;
using EsRefine.Commands;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Evaluating;

/// <summary>
/// <c>eval</c> reproduces the figures of an independent implementation (<c>golden/evaluation.json</c>): exactly with exact search, and within the engines'
/// approximation with real engines.
/// </summary>
/// <remarks>The first run embeds 21,500 short texts, which takes one or two minutes. Later runs read the vectors from the user's cache.</remarks>
public sealed class GoldenEvaluationTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch) : IDisposable
{
    private const string Rules = "kl-adam,rocchio@0.3,rocchio@0.5";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esrefine-golden-");

    public static TheoryData<string, string> SetsAndJudges { get; } =
        new MatrixTheoryData<string, string>(["argkp21", "clinc150"], ["qrels", "llm-noise", "weak-noise", "recorded"]);

    [Theory]
    [MemberData(nameof(SetsAndJudges))]
    public async Task Exact_search_gives_the_golden_figures(string set, string judge) =>
        await AgreesWithGolden(set, OwnSet.Of(set, _folder, engine: null), judge, ["--exact"], "map", tolerance: 0.001);

    [Theory]
    [InlineData("clinc150", "qrels", "recorded")]
    [InlineData("argkp21", "llm-noise")]
    public async Task Elasticsearch_gives_the_golden_figures_within_its_hits(string set, params string[] judges)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        OwnSet own = OwnSet.Of(set, _folder, engine);
        foreach (string judge in judges)
        {
            string[] keepOrDrop = judge == judges[^1] ? ["--drop"] : [];
            await AgreesWithGolden(set, own, judge, ["--elasticsearch", EngineAddress.Of(engine), .. keepOrDrop], "map_cut_1000", tolerance: 0.01);
        }
    }

    [Theory]
    [InlineData("clinc150", "qrels", "recorded")]
    [InlineData("argkp21", "llm-noise")]
    public async Task OpenSearch_gives_the_golden_figures_within_its_hits(string set, params string[] judges)
    {
        RunningEngine engine = await openSearch.UseAsync();
        OwnSet own = OwnSet.Of(set, _folder, engine);
        foreach (string judge in judges)
        {
            string[] keepOrDrop = judge == judges[^1] ? ["--drop"] : [];
            await AgreesWithGolden(set, own, judge, ["--opensearch", EngineAddress.Of(engine), .. keepOrDrop], "map_cut_1000", tolerance: 0.01);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task AgreesWithGolden(string set, OwnSet own, string judge, string[] engine, string measure, double tolerance)
    {
        string recording = SharedMaterial.Find("judgments/qwen2.5-coder-1.5b-instruct.jsonl")!;
        string json = Path.Combine(_folder.FullName, "figures.json");
        using StringWriter output = new();
        using StringWriter error = new();

        int exitCode = await CommandLine.InvokeAsync(
            [
                "eval", "--data", own.Folder, "--judge", judge == "recorded" ? "recorded:" + own.Rename(recording) : judge,
                "--rules", Rules, "--json", json, .. engine,
            ],
            output, error, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(exitCode == ExitCode.Done, error.ToString());
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        JsonElement golden = await GoldenAsync(set, judge);
        Assert.Equal(golden.GetProperty("queries").GetInt32(), report.RootElement.GetProperty("queries").GetInt32());
        int place = measure == "map" ? 0 : 1;
        JsonElement[] systems = [.. report.RootElement.GetProperty("systems").EnumerateArray()];
        Assert.Equal(["knn", "rerank", .. Rules.Split(',')], systems.Select(static system => system.GetProperty("name").GetString()));
        Assert.All(systems, system =>
            Assert.Equal(golden.GetProperty(system.GetProperty("name").GetString()!)[place].GetDouble(), system.GetProperty(measure).GetDouble(), tolerance));
    }

    private static async Task<JsonElement> GoldenAsync(string set, string judge)
    {
        string golden = await File.ReadAllTextAsync(SharedMaterial.Find("golden/evaluation.json")!, TestContext.Current.CancellationToken);
        return JsonElement.Parse(golden).GetProperty("sets").GetProperty(set).GetProperty(judge switch
        {
            "qrels" => "gold",
            "llm-noise" => "llm",
            "weak-noise" => "weak",
            _ => judge,
        });
    }
}
