using EsRefine.Hosting;
using EsRefine.IntegrationTests.Clients;
using EsRefine.Judging;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>A real OpenAI-compatible server judges real hits. Its tiny model only counts words, so the quality of its judgments is not tested.</summary>
public sealed class LanguageModelTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    /// <summary>A separate port, so that the log holds only this test's calls.</summary>
    private const string Port = "8087";

    [Fact]
    public async Task Every_judgment_is_one_completion_of_the_server_and_a_probability()
    {
        string? serve = SharedMaterial.Find("llm/serve");
        ClientProcess.Require(serve is not null, SharedMaterial.Missing);
        string url = (await ClientProcess.RunAsync("bash", [serve!, "up", "--port", Port, "--slots", "4"])).TrimEnd().Split('\n')[^1];
        try
        {
            RunningEngine first = await elasticsearch.UseAsync();
            await IsJudged(first, await indices.GetAsync(first, FanMapping.Elasticsearch()), KnnForm.Elasticsearch[0], new Uri(url + "/v1"));
            RunningEngine second = await openSearch.UseAsync();
            await IsJudged(second, await indices.GetAsync(second, FanMapping.OpenSearch()), KnnForm.OpenSearch[0], new Uri(url + "/v1"));
        }
        finally
        {
            await ClientProcess.RunAsync("bash", [serve!, "down", "--port", Port]);
        }
    }

    private static async Task IsJudged(RunningEngine engine, string index, KnnForm form, Uri judge)
    {
        List<Judgment> made = [];
        await using Sidecar sidecar = await SidecarInFront.Of(
            SidecarInFront.Settings(engine.Url, SidecarInFront.Chat(judge)),
            services => services.AddSingleton<IRelevanceJudge>(
                provider => new RecordingJudge(ActivatorUtilities.CreateInstance<ChatJudge>(provider, SidecarInFront.Chat(judge)), made)));
        int before = await CompletionsAsync();

        SearchReply reply = await SearchReply.OfAsync(
            sidecar.DataUrl, $"{index}/_search", form.With(Fan.VectorAt(0)), Uri.EscapeDataString("Which hut is by the glacier?"));

        Assert.Matches("^(refined|no-signal);judged=20;sample=20", reply.Outcome);
        Assert.Equal(20, await CompletionsAsync() - before);
        Assert.Equal(20, made.Count);
        Assert.All(made, static judgment => Assert.InRange(judgment.Probability, 0, 1));
        Assert.All(made, static judgment => Assert.Equal(judgment.Yes / (judgment.Yes + judgment.No), judgment.Probability, 1e-6));
    }

    /// <summary>Number of completions that the server has started, from its log.</summary>
    private static async Task<int> CompletionsAsync()
    {
        string folder = Environment.GetEnvironmentVariable("ESREFINE_LLM_DIR") is { Length: > 0 } named ? named : "/var/tmp/esrefine-llm";
        string log = await File.ReadAllTextAsync(Path.Combine(folder, Port + ".log"), TestContext.Current.CancellationToken);
        return log.Split('\n').Count(static line => line.Contains("launch_slot_", StringComparison.Ordinal));
    }

    /// <summary>Copies the judgments of one search.</summary>
    private sealed class RecordingJudge(IRelevanceJudge innerJudge, List<Judgment> made) : IRelevanceJudge
    {
        public string Name => innerJudge.Name;

        public async Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
        {
            JudgmentSheet own = new(judgments.Length);
            await innerJudge.JudgeAsync(task, own, cancellationToken);
            foreach ((Judgment? judgment, int hit) in own.Close().Select(static (judgment, hit) => (judgment, hit)))
            {
                if (judgment is { } given)
                {
                    made.Add(given);
                    judgments.Write(hit, given);
                }
            }
        }
    }
}
