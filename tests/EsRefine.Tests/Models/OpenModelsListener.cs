using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Hosting;
using EsRefine.Remembering;
using EsRefine.Settings;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests.Models;

/// <summary>A sidecar with a models listener, in front of an embeddings server or a model that counts letters.</summary>
internal sealed class OpenModelsListener : IAsyncDisposable
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });

    private readonly Sidecar _sidecar;

    private OpenModelsListener(Sidecar sidecar) => _sidecar = sidecar;

    public Uri Url => _sidecar.ModelsUrl!;

    public VectorMemory Memory => _sidecar.Services.GetRequiredService<VectorMemory>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts one that relays to a server.</summary>
    public static Task<OpenModelsListener> BeforeAsync(Uri server, bool relaysAllPaths = false, int? maxBufferedMebibytes = null) =>
        OpenAsync(new ModelsSettings { Upstream = server, RelayAllPaths = relaysAllPaths }, maxBufferedMebibytes);

    /// <summary>Starts one with a local model.</summary>
    public static Task<OpenModelsListener> WithModelAsync(string purpose = "unspecified") => OpenAsync(new ModelsSettings { Purpose = purpose });

    /// <summary>Requests embeddings.</summary>
    public Task<(int Status, JsonNode? Json)> PostAsync(string body) => PostAsync(Url, body);

    /// <summary>Requests embeddings from the models listener at an address.</summary>
    public static async Task<(int Status, JsonNode? Json)> PostAsync(Uri url, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync(new Uri(url, "v1/embeddings"), content, Cancellation);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    public async Task<(int Status, JsonNode? Json)> SendAsync(HttpMethod method, string target)
    {
        using HttpRequestMessage request = new(method, new Uri(Url, target));
        using HttpResponseMessage response = await Client.SendAsync(request, Cancellation);
        string body = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body));
    }

    public ValueTask DisposeAsync() => _sidecar.DisposeAsync();

    private static async Task<OpenModelsListener> OpenAsync(ModelsSettings models, int? maxBufferedMebibytes = null)
    {
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [new("http://127.0.0.1:9")] },   // the discard port: no test searches
            Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0", Models = "127.0.0.1:0" },
            Models = models,
            MaxBufferedMebibytes = maxBufferedMebibytes,
        };
        return new(await Sidecar.StartAsync(
            settings, Cancellation, static services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new LetterModel())));
    }
}

/// <summary>A model whose vectors count each letter of a text (26 dimensions), plus a last component that marks queries.</summary>
internal sealed class LetterModel : IEmbeddingGenerator<string, Embedding<float>>
{
    public const int Dimensions = 26;

    public static float[] Embed(string text)
    {
        float[] vector = new float[Dimensions];
        foreach (char letter in text.ToUpperInvariant().Where(char.IsAsciiLetterUpper))
        {
            vector[letter - 'A'] += 0.3f;
        }

        vector[^1] += 0.1f;
        return vector;
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string prompt = EmbeddingPurposes.Of(options) == EmbeddingPurpose.Query ? "query " : "";
        Embedding<float>[] embeddings = [.. values.Select(text => new Embedding<float>(Embed(prompt + text).AsMemory(0, options?.Dimensions ?? Dimensions)))];
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(embeddings) { Usage = new() { InputTokenCount = 7 * embeddings.Length } });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata)
            ? new EmbeddingGeneratorMetadata("letters", defaultModelId: "letters", defaultModelDimensions: Dimensions)
            : null;

    public void Dispose()
    {
    }
}
