using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Models for the documents of <see cref="Fan"/>, available to Elasticsearch as inference endpoints. Meant as an assembly fixture.</summary>
public sealed partial class FanModels : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Uri, Lazy<Task<Served>>> _served = [];

    /// <summary>Returns the models, or skips or fails the calling test.</summary>
    internal Task<Served> UseAsync(RunningEngine engine) => _served.GetOrAdd(engine.Url, _ => new(() => StartAsync(engine))).Value;

    /// <summary>Creates an index with <c>semantic_text</c> and returns its name.</summary>
    internal async Task<string> IndexAsync(RunningEngine engine, FanShape shape)
    {
        string embedder = (await UseAsync(engine)).Embedder;
        return await (shape with { Mapping = shape.Mapping.Replace("$EMBEDDER", embedder, StringComparison.Ordinal) }).IndexAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<Task<Served>> served in _served.Values)
        {
            if (served.Value.IsCompletedSuccessfully)
            {
                await (await served.Value).Server.DisposeAsync();
            }
        }
    }

    /// <summary>The reranker's score of a document: its number, independent of its vector.</summary>
    public static double Score(string text) => Number().Match(text) is { Success: true } number ? double.Parse(number.Value, CultureInfo.InvariantCulture) : 0;

    private static async Task<Served> StartAsync(RunningEngine engine)
    {
        InferenceServer server = await InferenceServer.StartAsync(engine, Embed, Score);
        return new(server, await server.NewEmbedderAsync(), await server.NewRerankerAsync());
    }

    /// <summary>The vector of a text: a document's own, the query vector for the query text, and a vector far from every query for other texts.</summary>
    private static float[] Embed(string text) => Fan.VectorAt(
        text == Fan.QueryText ? 0 : Fan.Documents.FirstOrDefault(document => text.Contains(document.Text, StringComparison.Ordinal))?.Angle ?? Math.PI);

    [GeneratedRegex("[0-9]+\\.[0-9]+")]
    private static partial Regex Number();

    /// <summary>Running models.</summary>
    /// <param name="Server">The server in this process.</param>
    /// <param name="Embedder">Id of the endpoint that embeds.</param>
    /// <param name="Reranker">Id of the endpoint that reranks.</param>
    internal sealed record Served(InferenceServer Server, string Embedder, string Reranker);
}
