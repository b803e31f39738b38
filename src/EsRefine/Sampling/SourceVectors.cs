using System.Collections.Concurrent;
using EsRefine.Recognition;
using EsRefine.Targets;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>The vectors that the body of one search names but does not spell out. Each is fetched once, however many clauses and copies need it.</summary>
internal sealed class SourceVectors(SearchRequest search, VectorLookups lookups, TextEmbeddings embeddings)
{
    private static readonly VectorPlace Nowhere = new(default, "");

    private readonly ConcurrentDictionary<(VectorSource Source, string Field), Lazy<Task<Outcome<float[]>>>> _fetched = [];

    /// <summary>The vector, read as one of the field that it is compared with. Nobody writes to it.</summary>
    /// <returns>The vector, or the reason why it cannot be fetched.</returns>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public Task<Outcome<float[]>> FetchAsync(VectorSource source, Target target, FieldMapping mapping, CancellationToken cancellationToken) => _fetched
        .GetOrAdd((source with { Place = Nowhere }, mapping.Field), _ => new(() => StartAsync(source, target, mapping, cancellationToken)))
        .Value
        .WaitAsync(cancellationToken);

    private Task<Outcome<float[]>> StartAsync(VectorSource source, Target target, FieldMapping mapping, CancellationToken cancellationToken) => source switch
    {
        VectorLookup lookup => lookups.FetchAsync(search, lookup, mapping, cancellationToken),
        TextToEmbed text when target.Model is { } model => embeddings.EmbedAsync(search, text, model, mapping, cancellationToken),
        _ => Task.FromResult<Outcome<float[]>>(
            new NotRefined(RefinementOutcome.Unsupported, "no embedding model is configured for this target: set 'model' in it")),
    };
}
