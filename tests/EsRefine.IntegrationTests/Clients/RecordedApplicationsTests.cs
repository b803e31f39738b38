using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>Real applications on the Python clients and on LangChain, LlamaIndex and Haystack find through a sidecar that is off what they found without it.</summary>
[Collection(nameof(NothingBeside))]
public sealed class RecordedApplicationsTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch)
{
    [Fact]
    public async Task All_35_find_what_was_recorded_without_a_sidecar()
    {
        string? check = SharedMaterial.Find("clients/check");
        ClientProcess.Require(check is not null, SharedMaterial.Missing);
        await using Sidecar first = await OffAsync(await elasticsearch.UseAsync());
        await using Sidecar second = await OffAsync(await openSearch.UseAsync());

        string output = await ClientProcess.RunAsync("bash", [check!, PythonClients.Environments, Url(first), Url(second)]);

        Assert.Equal("35 passed, 0 failed, 0 skipped", output.TrimEnd().Split('\n')[^1]);
    }

    private static string Url(Sidecar sidecar) => sidecar.DataUrl.GetLeftPart(UriPartial.Authority);

    private static Task<Sidecar> OffAsync(RunningEngine engine) =>
        SidecarInFront.Of(SidecarInFront.Settings(engine.Url, Fan.Judge) with { Mode = RefinementMode.Off });
}
