using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Store;
using Xunit;

namespace EsRefine.EmbeddedIndex.Tests;

public sealed class EmbeddedIndexServerTests
{
    private const string Vendor = "application/vnd.elasticsearch+json;";

    private const string VectorMapping =
        """{"mappings":{"properties":{"n":{"type":"long"},"v":{"type":"dense_vector","dims":8,"similarity":"cosine","index_options":{"type":"hnsw"}}}}}""";

    [Fact]
    public async Task Address_other_than_loopback_is_rejected()
    {
        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(
            () => EmbeddedIndexServer.StartAsync("0.0.0.0:0", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("loopback", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_in_use_is_an_io_error()
    {
        await using EmbeddedIndexServer first = await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<IOException>(
            () => EmbeddedIndexServer.StartAsync($"127.0.0.1:{first.Url.Port}", cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("application/json", null, 200, "application/json")]
    [InlineData("application/json", "application/json", 200, "application/json")]
    [InlineData(Vendor + " compatible-with=9", Vendor + " compatible-with=9", 200, Vendor + "compatible-with=9")]
    [InlineData(Vendor + " compatible-with=8", Vendor + " compatible-with=8", 200, Vendor + "compatible-with=8")]
    [InlineData(Vendor + " compatible-with=9", "*/*", 400, "application/json")]
    [InlineData("application/json", Vendor + " compatible-with=7", 400, "application/json")]
    [InlineData("text/plain", null, 406, "application/json")]
    public async Task Media_types_are_negotiated_as_Elasticsearch_does(string contentType, string? accept, int status, string expected)
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();

        using HttpResponseMessage response = await index.SendRawAsync("POST", "/_search", "{}", contentType, accept);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType?.ToString().Replace("; ", ";", StringComparison.Ordinal));
        Assert.Equal("Elasticsearch", Assert.Single(response.Headers.GetValues("X-Elastic-Product")));
    }

    [Fact]
    public async Task Nearest_neighbors_match_a_brute_force_search()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);
        Random random = new(7);
        float[][] vectors = [.. Enumerable.Range(0, 2000).Select(_ => Vector(random))];
        await BulkAsync(index, vectors.Select(static (vector, i) => ($"{i}", $$"""{"n":{{i}},"v":[{{Text(vector)}}]}""")));
        float[] query = Vector(random);

        string[] found = await index.SearchAsync(
            "vectors",
            $$$"""
            {"size":50,"knn":{"field":"v","query_vector":[{{{Text(query)}}}],"k":50,"num_candidates":50,
             "filter":{"range":{"n":{"gte":100} } } } }
            """);

        IEnumerable<string> expected = Enumerable.Range(100, 1900).OrderByDescending(i => Cosine(vectors[i], query)).Take(50).Select(static i => $"{i}");
        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task Equal_scores_are_returned_in_the_order_of_writing()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);
        await BulkAsync(index, new[] { "c", "a", "b", "c" }.Select(static id => (id, """{"v":[1,0,0,0,0,0,0,0]}""")));

        Assert.Equal(
            ["a", "b", "c"], await index.SearchAsync("vectors", """{"knn":{"field":"v","query_vector":[1,1,0,0,0,0,0,0],"k":5,"num_candidates":5}}"""));
        Assert.Equal(["a", "b"], await index.SearchAsync("vectors", """{"knn":{"field":"v","query_vector":[1,1,0,0,0,0,0,0],"k":2,"num_candidates":5}}"""));
    }

    [Fact]
    public async Task Nearest_neighbors_of_several_indices_are_merged()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);
        await index.SucceedAsync("PUT", "/vectors-b", VectorMapping);
        await index.SucceedAsync("PUT", "/vectors/_doc/far", """{"v":[0,1,0,0,0,0,0,0]}""");
        await index.SucceedAsync("PUT", "/vectors/_doc/near", """{"v":[1,0.1,0,0,0,0,0,0]}""");
        await index.SucceedAsync("PUT", "/vectors-b/_doc/nearest", """{"v":[1,0,0,0,0,0,0,0]}""");

        Assert.Equal(
            ["nearest", "near"], await index.SearchAsync("vectors*", """{"knn":{"field":"v","query_vector":[1,0,0,0,0,0,0,0],"k":2,"num_candidates":5}}"""));
    }

    [Fact]
    public async Task Vectors_are_read_back_bit_for_bit()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);
        float[] vector = Vector(new Random(3));
        await index.SucceedAsync("PUT", "/vectors/_doc/1", $$"""{"v":[{{Text(vector)}}]}""");

        JsonNode hit = (await index.SucceedAsync(
            "POST", "/vectors/_search", """{"fields":["v"],"_source":{"exclude_vectors":false} }"""))["hits"]!["hits"]![0]!;
        JsonNode nested = (await index.SucceedAsync("POST", "/vectors/_search", """{"docvalue_fields":["v"]}"""))["hits"]!["hits"]![0]!;

        Assert.Equal(vector, hit["fields"]!["v"]!.AsArray().Select(static component => component!.GetValue<float>()));
        Assert.Equal(vector, hit["_source"]!["v"]!.AsArray().Select(static component => component!.GetValue<float>()));
        Assert.Equal(vector, nested["fields"]!["v"]![0]!.AsArray().Select(static component => component!.GetValue<float>()));
        Assert.Null(nested["_source"]!["v"]);
    }

    [Fact]
    public async Task Rewriting_a_document_many_times_does_not_grow_the_index()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);
        await BulkAsync(index, Enumerable.Range(0, 4000).Select(static i => ($"{i % 3}", $$"""{"n":{{i}},"title":"word{{i}}","v":[1,{{i}},0,0,0,0,0,0]}""")));

        JsonNode row = (await index.SucceedAsync("GET", "/_cat/indices/vectors?format=json"))[0]!;

        Assert.Equal("3", row["docs.count"]!.ToString());
        Assert.InRange(int.Parse(row["docs.deleted"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture), 0, 1001);
        Assert.Equal(["0"], await index.SearchAsync("vectors", """{"query":{"term":{"n":3999}}}"""));
        Assert.Equal(["0"], await index.SearchAsync("vectors", """{"query":{"match":{"title":"word3999"}}}"""));
        Assert.Equal(["1"], await index.SearchAsync("vectors", """{"knn":{"field":"v","query_vector":[1,3997,0,0,0,0,0,0],"k":1,"num_candidates":5}}"""));
    }

    [Fact]
    public async Task Searches_and_writes_at_the_same_time_all_succeed()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);

        await Parallel.ForAsync(0, 400, TestContext.Current.CancellationToken, async (i, _) =>
        {
            await index.SucceedAsync("PUT", $"/vectors/_doc/{i % 100}", $$"""{"n":{{i}},"v":[1,{{i}},0,0,0,0,0,0],"field{{i % 20}}":"x"}""");
            await index.SearchAsync("vectors", """{"knn":{"field":"v","query_vector":[1,0,0,0,0,0,0,0],"k":5,"num_candidates":5}}""");
        });

        Assert.Equal(100, (await index.SucceedAsync("GET", "/vectors/_count"))["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Rejected_document_does_not_change_the_mapping()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/vectors", VectorMapping);

        (int status, _) = await index.SendAsync("PUT", "/vectors/_doc/1", """{"new":"field","v":[1]}""");

        Assert.Equal(400, status);
        Assert.Null((await index.SucceedAsync("GET", "/vectors/_mapping"))["vectors"]!["mappings"]!["properties"]!["new"]);
    }

    [Fact]
    public async Task Numbers_of_indices_and_fields_are_limited()
    {
        using IndexCatalog catalog = new();
        for (int i = 0; i < IndexCatalog.MaxIndices; i++)
        {
            catalog.Add(new DocumentIndex($"i{i}", default));
        }

        Assert.Throws<ElasticsearchException>(() => catalog.Add(new DocumentIndex("one-too-many", default)));

        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        string fields = string.Join(',', Enumerable.Range(0, 1001).Select(static i => $"\"f{i}\":1"));
        (int status, JsonNode? reply) = await index.SendAsync("PUT", "/wide/_doc/1", $"{{{fields}}}");
        Assert.Equal(400, status);
        Assert.Contains("Limit of total fields [1000]", reply!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_body_is_decompressed()
    {
        await using EmbeddedIndexServer server = await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        using MemoryStream compressed = new();
        await using (GZipStream gzip = new(compressed, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync("""{"title":"x"}"""u8.ToArray(), TestContext.Current.CancellationToken);
        }

        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        using HttpRequestMessage request = new(HttpMethod.Put, new Uri(server.Url, "a/_doc/1"));
        request.Content = new ByteArrayContent(compressed.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("pretty", true)]
    [InlineData("pretty=true", true)]
    [InlineData("pretty=false", false)]
    public async Task Reply_is_indented_on_request(string parameter, bool isIndented)
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();
        await index.SucceedAsync("PUT", "/a/_doc/1", """{"title":"Über 1.0","n":1.50}""");

        using HttpResponseMessage response = await index.SendRawAsync("GET", "/a/_search?" + parameter, null, "application/json");
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(isIndented, text.StartsWith("{\n  \"took\": ", StringComparison.Ordinal));
        Assert.Equal(isIndented, text.EndsWith("}\n", StringComparison.Ordinal));
        Assert.Contains("Über 1.0", text, StringComparison.Ordinal);
        Assert.Contains("1.50", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_and_a_byte_order_mark_are_accepted()
    {
        await using EmbeddedIndexClient index = await EmbeddedIndexClient.StartAsync();

        (int status, _) = await index.SendAsync("PUT", "/a/_doc/1", "\uFEFF{/* a comment */\"title\":\"x\"}");

        Assert.Equal(201, status);
        Assert.Equal(["1"], await index.SearchAsync("a", """{"query":{"match":{"title":"X"}}}"""));
    }

    private static Task<JsonNode> BulkAsync(EmbeddedIndexClient index, IEnumerable<(string Id, string Source)> documents)
    {
        StringBuilder lines = new();
        foreach ((string id, string source) in documents)
        {
            lines.Append("{\"index\":{\"_id\":\"").Append(id).Append("\"}}\n").Append(source).Append('\n');
        }

        return index.SucceedAsync("POST", "/vectors/_bulk", lines.ToString());
    }

    private static float[] Vector(Random random) => [.. Enumerable.Range(0, 8).Select(_ => (random.NextSingle() * 2) - 1)];

    private static string Text(float[] vector) =>
        string.Join(',', vector.Select(static component => component.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

    private static double Cosine(float[] left, float[] right)
    {
        double dot = 0;
        double leftSquares = 0;
        double rightSquares = 0;
        for (int i = 0; i < left.Length; i++)
        {
            dot += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }

        return dot / Math.Sqrt(leftSquares * rightSquares);
    }
}
