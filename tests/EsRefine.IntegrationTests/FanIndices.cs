using System.Collections.Concurrent;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>Read-only indices of <see cref="Fan"/>, created once per run for each mapping. Meant as an assembly fixture.</summary>
public sealed class FanIndices
{
    private readonly ConcurrentDictionary<(Uri Engine, string Mapping, double Length), Lazy<Task<string>>> _indices = [];

    /// <summary>The name of an index.</summary>
    internal Task<string> GetAsync(RunningEngine engine, string mapping, double length = 1) =>
        _indices.GetOrAdd((engine.Url, mapping, length), _ => new(() => Fan.IndexAsync(engine, mapping, length))).Value;
}
