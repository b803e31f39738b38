using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>Node.js applications with the official clients, unmodified except for their URL.</summary>
public sealed class JavaScriptClientTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices, JavaScriptClients clients)
{
    private static readonly string[] Refined = [.. Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id)];

    private static string Vector => JsonSerializer.Serialize(Fan.VectorAt(0));

    [Fact]
    public async Task Client_of_Elasticsearch_gets_refined_hits()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        FoundByClient found = await clients.FindAsync(
            "elasticsearch.js", sidecar.DataUrl.ToString(), await indices.GetAsync(engine, FanMapping.Elasticsearch()), Vector, Fan.QueryText);
        IsRefined(found);
    }

    [Fact]
    public async Task Client_of_OpenSearch_gets_refined_hits()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        FoundByClient found = await clients.FindAsync(
            "opensearch.js", sidecar.DataUrl.ToString(), await indices.GetAsync(engine, FanMapping.OpenSearch()), Vector, Fan.QueryText);
        IsRefined(found);
    }

    [Fact]
    public async Task Client_of_gRPC_gets_refined_hits_of_Elasticsearch()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        IsRefined(await FindOverGrpcAsync(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch())));
    }

    [Fact]
    public async Task Client_of_gRPC_gets_refined_hits_of_OpenSearch()
    {
        RunningEngine engine = await openSearch.UseAsync();
        IsRefined(await FindOverGrpcAsync(engine, await indices.GetAsync(engine, FanMapping.OpenSearch())));
    }

    private async Task<FoundByClient> FindOverGrpcAsync(RunningEngine engine, string index)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        string protos = Path.Combine(SharedMaterial.RepositoryRoot, "protos");
        return await clients.FindAsync("grpc.js", sidecar.GrpcUrl.Authority, protos, index, Vector, Fan.QueryText);
    }

    private static void IsRefined(FoundByClient found)
    {
        Assert.StartsWith("refined", found.Outcome, StringComparison.Ordinal);
        Assert.Equal(Refined, found.Ids);
    }
}
