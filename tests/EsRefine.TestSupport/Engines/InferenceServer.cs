using System.Text.Json;
using Xunit;

namespace EsRefine.TestSupport.Engines;

/// <summary>Models in this process, and the inference endpoints through which Elasticsearch calls them, which are deleted at the end of the run.</summary>
/// <remarks>
/// Endpoints require a license (a trial is enough) and a node that can reach this process, which a container cannot. Otherwise the calling test is skipped, or
/// fails with <c>ESREFINE_REQUIRE_ENGINES=1</c>.
/// </remarks>
public sealed class InferenceServer : IAsyncDisposable
{
    private readonly RunningEngine _engine;
    private readonly FakeUpstream _server;

    private InferenceServer(RunningEngine engine, FakeUpstream server)
    {
        _engine = engine;
        _server = server;
    }

    /// <summary>Number of calls to the reranker.</summary>
    public int Rerankings => _server.Requests.Count(static request => request.Target == "/rerank");

    /// <summary>Starts the models.</summary>
    /// <param name="engine">An Elasticsearch.</param>
    /// <param name="embed">The vector of a text.</param>
    /// <param name="score">The score of a document, independent of the query.</param>
    public static async Task<InferenceServer> StartAsync(RunningEngine engine, Func<string, float[]> embed, Func<string, double> score) =>
        new(engine, await FakeUpstream.StartAsync(request => new UpstreamAnswer(request.Target == "/rerank" ? Rerank(request, score) : Embed(request, embed))));

    /// <summary>Creates an endpoint for <c>semantic_text</c> whose chunks are sentences of more than ten words, and returns its id.</summary>
    /// <param name="url">An OpenAI-compatible server of embeddings; null = the models of this process.</param>
    public Task<string> NewEmbedderAsync(Uri? url = null) => NewEndpointAsync("text_embedding", $$$"""
        {"service":"openai","service_settings":{"api_key":"none","model_id":"any","url":"{{{url ?? new Uri(_server.Url, "v1/embeddings")}}}"},
         "chunking_settings":{"strategy":"sentence","max_chunk_size":20,"sentence_overlap":0}}
        """);

    /// <summary>Creates an endpoint for <c>text_similarity_reranker</c> and returns its id.</summary>
    public Task<string> NewRerankerAsync() => NewEndpointAsync("rerank", $$$"""
        {"service":"hugging_face","service_settings":{"api_key":"none","url":"{{{_server.Url}}}rerank"}}
        """);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> NewEndpointAsync(string task, string settings)
    {
        string endpoint = _engine.NewIndexName(task);
        try
        {
            await _engine.SendAsync(HttpMethod.Put, $"/_inference/{task}/{endpoint}", settings);   // Elasticsearch calls the model to validate the endpoint
        }
        catch (HttpRequestException refused) when (Environment.GetEnvironmentVariable("ESREFINE_REQUIRE_ENGINES") != "1")
        {
            Assert.Skip("Elasticsearch takes no model of this process: " + refused.Message);
        }

        _engine.DeleteAtEnd($"/_inference/{task}/{endpoint}?force=true");   // indices may still refer to it
        return endpoint;
    }

    /// <summary>OpenAI's <c>/v1/embeddings</c>.</summary>
    private static string Embed(UpstreamRequest request, Func<string, float[]> embed)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        JsonElement input = body.RootElement.GetProperty("input");
        string[] texts = input.ValueKind == JsonValueKind.String ? [input.GetString()!] : input.Deserialize<string[]>()!;
        return JsonSerializer.Serialize(new
        {
            @object = "list",
            data = texts.Select((text, index) => new { @object = "embedding", index, embedding = embed(text) }),
            model = "any",
            usage = new { prompt_tokens = 1, total_tokens = 1 },
        });
    }

    /// <summary>Hugging Face's <c>/rerank</c>.</summary>
    private static string Rerank(UpstreamRequest request, Func<string, double> score)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        return JsonSerializer.Serialize(body.RootElement.GetProperty("texts").Deserialize<string[]>()!
            .Select((text, index) => new { index, score = score(text) })
            .OrderByDescending(static ranked => ranked.score));
    }
}
