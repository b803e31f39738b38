using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>
/// The 35 applications of the shared material, on the Python clients and on LangChain, LlamaIndex and Haystack. Through a sidecar that is off, they find the
/// recorded hits. Through one that refines, only the hits of kNN searches differ. Taps on both sides of the sidecar verify on the wire that requests and
/// replies are forwarded unchanged except for query vectors.
/// </summary>
[Collection(nameof(NothingBeside))]
public sealed class RecordedApplicationsTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch)
{
    [Fact]
    public async Task All_35_find_the_recorded_hits_through_a_sidecar_that_is_off()
    {
        string? check = SharedMaterial.Find("clients/check");
        ClientProcess.Require(check is not null, SharedMaterial.Missing);
        RunningEngine[] engines = [await elasticsearch.UseAsync(), await openSearch.UseAsync()];
        await using ApplicationIndices indices = await ApplicationIndices.ReserveAsync(engines);
        await using WordListServer embeddings = await WordListServer.StartAsync();
        await using TappedSidecar first = await TappedSidecar.StartAsync(engines[0], embeddings, RefinementMode.Off);
        await using TappedSidecar second = await TappedSidecar.StartAsync(engines[1], embeddings, RefinementMode.Off);

        string[] arguments = [check!, PythonClients.Environments, first.Url, second.Url, first.ModelsUrl];
        string output = await ClientProcess.RunAsync("bash", arguments, environment: RecordedApplications.Environment);

        Assert.Equal("35 passed, 0 failed, 0 skipped", output.TrimEnd().Split('\n')[^1]);
        PassedExchange[] passed = [.. first.Take(), .. second.Take()];
        Assert.True(passed.Length > 1000, $"{passed.Length} requests");
        AssertNone(passed.SelectMany(static exchange => exchange.Differences()));
        Assert.All(passed, static exchange => Assert.False(exchange.IsRefined));
    }

    [Fact]
    public async Task Only_the_hits_of_kNN_searches_differ_for_all_35_through_a_sidecar_that_refines()
    {
        RecordedApplication[] applications = RecordedApplications.All();
        RunningEngine[] engines = [await elasticsearch.UseAsync(), await openSearch.UseAsync()];
        await using ApplicationIndices indices = await ApplicationIndices.ReserveAsync(engines);
        await using WordListServer embeddings = await WordListServer.StartAsync();
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(JudgesByLetters);
        await using TappedSidecar first = await TappedSidecar.StartAsync(engines[0], embeddings, RefinementMode.Refine, SidecarInFront.Chat(judge.Url));
        await using TappedSidecar second = await TappedSidecar.StartAsync(engines[1], embeddings, RefinementMode.Refine, SidecarInFront.Chat(judge.Url));

        // Runs one after another on each engine, because some applications use the same index name.
        ILookup<string, RecordedApplication> of = applications.ToLookup(static application => application.SpeaksTo);
        TwoRuns[][] runs = await Task.WhenAll(
            RunTwiceAsync(of["elasticsearch"], engines[0].Url, new Uri(first.Url), first.Take),
            RunTwiceAsync(of["opensearch"], engines[1].Url, new Uri(second.Url), second.Take),
            RunTwiceAsync(of["embeddings"], embeddings.Url, new Uri(first.ModelsUrl), static () => []));

        TwoRuns[] all = [.. runs.SelectMany(static some => some)];
        Assert.Equal(35, all.Length);
        AssertNone(all.SelectMany(static runs => runs.Differences()));
        Assert.Equal(34, all.Count(static runs => runs.Passed.Any(static exchange => exchange.IsRefined)));
        Assert.True(all.Sum(static runs => runs.Passed.Count(static exchange => exchange.IsRefined)) > 450);
        Assert.True(all.Sum(static runs => runs.FoundOtherwise) > 350);
    }

    private static void AssertNone(IEnumerable<string> differences)
    {
        string[] found = [.. differences];
        Assert.True(found.Length == 0, $"{found.Length} differences\n\n{string.Join("\n\n", found.Take(30))}");
    }

    private static async Task<TwoRuns[]> RunTwiceAsync(IEnumerable<RecordedApplication> applications, Uri server, Uri sidecar, Func<PassedExchange[]> take)
    {
        await using Wiretap direct = Wiretap.Numbering(server);
        List<TwoRuns> runs = [];
        foreach (RecordedApplication application in applications)
        {
            IReadOnlyDictionary<string, string[]> found = await RecordedApplications.RunAsync(application, direct.Url);
            IReadOnlyDictionary<string, string[]> foundThrough = await RecordedApplications.RunAsync(application, sidecar);
            runs.Add(new(application, found, direct.Take(), foundThrough, take()));
        }

        return [.. runs];
    }

    /// <summary>An arbitrary half of all texts is relevant, so that refinement changes the vector.</summary>
    private static Task JudgesByLetters(HttpContext context, ChatCall call)
    {
        double yes = call.Prompt.Sum(static letter => letter) % 2 == 0 ? 0.9 : 0.1;
        return ChatScripts.Says(("Yes", yes), ("No", 1 - yes))(context, call);
    }

    /// <summary>Compares an application's results and requests with and without the sidecar.</summary>
    private sealed record TwoRuns(
        RecordedApplication Application,
        IReadOnlyDictionary<string, string[]> Found, TappedExchange[] Direct,
        IReadOnlyDictionary<string, string[]> FoundThrough, PassedExchange[] Passed)
    {
        public int FoundOtherwise => Found.Count(search => !search.Value.SequenceEqual(FoundThrough[search.Key]));

        public IEnumerable<string> Differences()
        {
            IEnumerable<string> onTheWire = Passed.SelectMany(static exchange => exchange.Differences());
            // The models listener has no taps, so only the application's results are compared.
            IEnumerable<string> fromDirect = Passed.Length > 0 ? new ApplicationRun(Application, Direct).DifferencesFrom(Passed) : [];
            (string searches, string searchesThrough) = (string.Join(',', Found.Keys), string.Join(',', FoundThrough.Keys));
            IEnumerable<string> names = searches == searchesThrough ? [] : [$"{searches} became {searchesThrough}"];
            return onTheWire.Concat(fromDirect).Concat(names).Select(difference => $"{Application}: {difference}");
        }
    }
}
