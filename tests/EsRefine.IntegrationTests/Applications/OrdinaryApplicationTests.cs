using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Hosting;
using EsRefine.Settings;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Applications;

/// <summary>Applications with a search URL and an embeddings URL that send only vectors and have no code for EsRefine.</summary>
public sealed class OrdinaryApplicationTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, OrdinaryApplications applications)
{
    public static TheoryData<string> Names => [.. OrdinaryApplications.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Search_of_Elasticsearch_comes_back_refined(string name) => await ComesBackRefined(name, "elasticsearch", await elasticsearch.UseAsync());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Search_of_OpenSearch_comes_back_refined(string name) => await ComesBackRefined(name, "opensearch", await openSearch.UseAsync());

    private async Task ComesBackRefined(string name, string kind, RunningEngine engine)
    {
        ModelSettings model = new() { Folder = await MiniLmModel.EnsureAsync(progress: null, TestContext.Current.CancellationToken) };
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Jaguars.Judge) with { Model = model };
        settings = settings with { Listen = settings.Listen with { Models = "127.0.0.1:0" } };
        await using Sidecar sidecar = await SidecarInFront.Of(settings);
        await using Sidecar off = await SidecarInFront.Of(settings with { Mode = RefinementMode.Off });

        string[] plain = await applications.RunAsync(name, kind, engine, engine.Url, sidecar.ModelsUrl!);
        string[] refined = await applications.RunAsync(name, kind, engine, sidecar.DataUrl, sidecar.ModelsUrl!);
        string[] untouched = await applications.RunAsync(name, kind, engine, off.DataUrl, off.ModelsUrl!);

        Assert.Equal(10, plain.Length);
        Assert.Equal(plain, untouched);
        Assert.InRange(plain.Count(Jaguars.IsRelevant), 1, 6);
        Assert.All(refined.Take(4), static id => Assert.True(Jaguars.IsRelevant(id), $"{id} is a car"));
        Assert.True(refined.Count(Jaguars.IsRelevant) > plain.Count(Jaguars.IsRelevant));
    }
}
