using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>Python applications with the official clients, unmodified except for their URL.</summary>
public sealed class PythonClientTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices, PythonClients clients)
{
    [Fact]
    public async Task Client_of_Elasticsearch_gets_refined_hits()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await GetsRefinedHits(engine, "elasticsearch_knn.py", await indices.GetAsync(engine, FanMapping.Elasticsearch()));
    }

    [Fact]
    public async Task Client_of_OpenSearch_gets_refined_hits()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await GetsRefinedHits(engine, "opensearch_knn.py", await indices.GetAsync(engine, FanMapping.OpenSearch()));
    }

    private async Task GetsRefinedHits(RunningEngine engine, string script, string index)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        FoundByClient found = await clients.FindAsync(script, sidecar.DataUrl.ToString(), index, JsonSerializer.Serialize(Fan.VectorAt(0)), Fan.QueryText);
        Assert.StartsWith("refined", found.Outcome, StringComparison.Ordinal);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), found.Ids);
    }
}
