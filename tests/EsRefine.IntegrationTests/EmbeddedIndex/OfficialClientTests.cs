using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Mapping;
using EsRefine.EmbeddedIndex;
using Xunit;

namespace EsRefine.IntegrationTests.EmbeddedIndex;

/// <summary>Elastic's own .NET client works unmodified with the embedded index.</summary>
public sealed class OfficialClientTests
{
    private const string Index = "books";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Official_client_creates_an_index_fills_it_and_finds_the_nearest()
    {
        await using EmbeddedIndexServer server = await EmbeddedIndexServer.StartAsync(cancellationToken: Cancellation);
        ElasticsearchClient client = await FilledAsync(server);

        SearchResponse<Book> response = await client.SearchAsync<Book>(
            search => search.Indices(Index).Knn(knn => knn.Field("vector").QueryVector(new float[] { 1, 0.1f, 0 }).K(2).NumCandidates(10)), Cancellation);

        Assert.True(response.IsValidResponse, response.DebugInformation);
        Assert.Equal(["1", "3"], response.Hits.Select(static hit => hit.Id));
        Assert.Equal("Rivers", response.Documents.First().Title);
        Assert.Null(response.Documents.First().Vector);
        Assert.Equal(2, response.Total);
    }

    [Fact]
    public async Task Official_client_searches_with_a_knn_query_inside_bool()
    {
        await using EmbeddedIndexServer server = await EmbeddedIndexServer.StartAsync(cancellationToken: Cancellation);
        ElasticsearchClient client = await FilledAsync(server);

        SearchResponse<Book> response = await client.SearchAsync<Book>(
            search => search.Indices(Index).Query(query => query.Bool(all => all
                .Must(must => must.Knn(knn => knn.Field("vector").QueryVector(new float[] { 1, 0.1f, 0 }).K(3).NumCandidates(10)))
                .Filter(filter => filter.Term(term => term.Field("shelf").Value("b"))))),
            Cancellation);

        Assert.True(response.IsValidResponse, response.DebugInformation);
        Assert.Equal(["3"], response.Hits.Select(static hit => hit.Id));
    }

    [Fact]
    public async Task Official_client_sees_the_errors_of_the_server()
    {
        await using EmbeddedIndexServer server = await EmbeddedIndexServer.StartAsync(cancellationToken: Cancellation);
        ElasticsearchClient client = await FilledAsync(server);

        SearchResponse<Book> wrongDimensions = await client.SearchAsync<Book>(
            search => search.Indices(Index).Knn(knn => knn.Field("vector").QueryVector(new float[] { 1, 0 }).K(2).NumCandidates(10)), Cancellation);
        SearchResponse<Book> noIndex = await client.SearchAsync<Book>(search => search.Indices("nothing"), Cancellation);

        Assert.Equal("search_phase_execution_exception", wrongDimensions.ElasticsearchServerError?.Error?.Type);
        Assert.Equal("index_not_found_exception", noIndex.ElasticsearchServerError?.Error?.Type);
        Assert.Equal(404, noIndex.ElasticsearchServerError?.Status);
    }

    private static async Task<ElasticsearchClient> FilledAsync(EmbeddedIndexServer server)
    {
        ElasticsearchClient client = new(new ElasticsearchClientSettings(server.Url));
        var created = await client.Indices.CreateAsync(
            Index,
            create => create.Mappings(mapping => mapping.Properties(new Properties
            {
                ["title"] = new TextProperty(),
                ["shelf"] = new KeywordProperty(),
                ["vector"] = new DenseVectorProperty { Dims = 3, Similarity = DenseVectorSimilarity.Cosine },
            })),
            Cancellation);
        Assert.True(created.IsValidResponse, created.DebugInformation);

        Book[] books =
        [
            new("1", "Rivers", "a", [1, 0, 0]),
            new("2", "Mountains", "a", [0, 0, 1]),
            new("3", "Lakes", "b", [0.8f, 0.6f, 0]),
        ];
        BulkResponse filled = await client.BulkAsync(
            bulk => bulk.Index(Index).IndexMany(books, static (operation, book) => operation.Id(book.Id)), Cancellation);
        Assert.True(filled.IsValidResponse, filled.DebugInformation);
        Assert.False(filled.Errors);
        await client.Indices.RefreshAsync(Index, Cancellation);
        Assert.Equal(3, (await client.CountAsync<Book>(count => count.Indices(Index), Cancellation)).Count);
        return client;
    }

    private sealed record Book(string Id, string Title, string Shelf, float[]? Vector);
}
