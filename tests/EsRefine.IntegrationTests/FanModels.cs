using System.Globalization;
using System.Text.RegularExpressions;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Models that know the documents of <see cref="Fan"/>, in the hands of Elasticsearch. Meant as an assembly fixture.</summary>
public sealed partial class FanModels : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private Served? _served;

    /// <summary>The models, or the end of the calling test.</summary>
    internal async Task<Served> UseAsync(RunningEngine engine)
    {
        await _starting.WaitAsync();
        try
        {
            return _served ??= await StartAsync(engine);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        await (_served?.Server.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>What the reranker thinks of a document, which has nothing to do with its vector: the larger its number, the better.</summary>
    public static double Score(string text) => Number().Match(text) is { Success: true } number ? double.Parse(number.Value, CultureInfo.InvariantCulture) : 0;

    private static async Task<Served> StartAsync(RunningEngine engine)
    {
        InferenceServer server = await InferenceServer.StartAsync(engine, Embed, Score);
        return new(server, await server.NewEmbedderAsync(), await server.NewRerankerAsync());
    }

    /// <summary>A document's own vector, that of the query for its text, and for all else one that is far from every query.</summary>
    private static float[] Embed(string text) => Fan.VectorAt(
        text == Fan.QueryText ? 0 : Fan.Documents.FirstOrDefault(document => text.Contains(document.Text, StringComparison.Ordinal))?.Angle ?? Math.PI);

    [GeneratedRegex("[0-9]+\\.[0-9]+")]
    private static partial Regex Number();

    /// <summary>Models at work.</summary>
    /// <param name="Server">This process.</param>
    /// <param name="Embedder">Id of the endpoint that embeds.</param>
    /// <param name="Reranker">Id of the endpoint that reranks.</param>
    internal sealed record Served(InferenceServer Server, string Embedder, string Reranker);
}
