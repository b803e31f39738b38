using System.Collections.Specialized;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Mapping;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>A .NET application with Elastic's own client, unmodified except for its URL.</summary>
public sealed class DotNetClientTests(ElasticsearchEngine elasticsearch)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Application_indexes_and_searches_through_the_sidecar_and_gets_refined_hits()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        ElasticsearchClient client = new(new ElasticsearchClientSettings(sidecar.DataUrl));
        string index = await FillAsync(client, engine.NewIndexName("dotnet"));

        SearchResponse<Page> plain = await SearchAsync(client, index, headers: []);
        SearchResponse<Page> refined = await SearchAsync(client, index, new NameValueCollection { ["EsRefine-Query"] = Fan.QueryHeader });

        Assert.True(plain.IsValidResponse, plain.DebugInformation);
        Assert.True(refined.IsValidResponse, refined.DebugInformation);
        Assert.Equal("no-query-text", Outcome(plain));
        Assert.StartsWith("refined;judged=20;", Outcome(refined), StringComparison.Ordinal);
        Assert.Equal(Fan.Ranked(0).Take(10).Select(static document => document.Id), plain.Hits.Select(static hit => hit.Id));
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Hits.Select(static hit => hit.Id));
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Text), refined.Documents.Select(static page => page.Text));
    }

    private static async Task<string> FillAsync(ElasticsearchClient client, string index)
    {
        var created = await client.Indices.CreateAsync(
            index,
            create => create.Mappings(mapping => mapping.Properties(new Properties
            {
                ["text"] = new TextProperty(),
                ["v"] = new DenseVectorProperty
                {
                    Dims = Fan.Dimensions,
                    Similarity = DenseVectorSimilarity.Cosine,
                    IndexOptions = new() { Type = DenseVectorIndexOptionsType.Hnsw },
                },
            })),
            Cancellation);
        Assert.True(created.IsValidResponse, created.DebugInformation);

        FanDocument first = Fan.Documents[0];
        IndexResponse indexed = await client.IndexAsync(Page.Of(first), request => request.Index(index).Id(first.Id), Cancellation);
        Assert.True(indexed.IsValidResponse, indexed.DebugInformation);
        BulkResponse filled = await client.BulkAsync(
            bulk => bulk.Index(index).IndexMany(Fan.Documents.Skip(1).Select(Page.Of), static (operation, page) => operation.Id(page.Id)),
            Cancellation);
        Assert.True(filled.IsValidResponse && !filled.Errors, filled.DebugInformation);
        await client.Indices.RefreshAsync(index, Cancellation);
        return index;
    }

    private static Task<SearchResponse<Page>> SearchAsync(ElasticsearchClient client, string index, NameValueCollection headers) => client.SearchAsync<Page>(
        search => search
            .Indices(index)
            .Knn(static knn => knn.Field("v").QueryVector(Fan.VectorAt(0)).K(10).NumCandidates(100))
            .RequestConfiguration(configuration => configuration.GlobalHeaders(headers).ResponseHeadersToParse(["EsRefine"])),
        Cancellation);

    private static string Outcome(SearchResponse<Page> response) =>
        response.ApiCallDetails.TryGetHeader("EsRefine", out IEnumerable<string>? values) ? string.Join(", ", values) : "";

    private sealed record Page(string Id, string Text, float[]? V)
    {
        public static Page Of(FanDocument document) => new(document.Id, document.Text, Fan.VectorAt(document.Angle));
    }
}
