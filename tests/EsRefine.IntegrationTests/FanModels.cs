using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Models that know the documents of <see cref="Fan"/>, in the hands of Elasticsearch. Meant as an assembly fixture.</summary>
public sealed partial class FanModels : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Uri, Lazy<Task<Served>>> _served = [];

    /// <summary>The models, or the end of the calling test.</summary>
    internal Task<Served> UseAsync(RunningEngine engine) => _served.GetOrAdd(engine.Url, _ => new(() => StartAsync(engine))).Value;

    /// <summary>Makes an index with <c>semantic_text</c> and returns its name.</summary>
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
