using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using EsRefine.Endpoints;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EsRefine.Benchmarks;

/// <summary>What reading an <c>_msearch</c> costs: its framing alone, and with every search recognized and its line replaced. Linear in the searches.</summary>
[MemoryDiagnoser]
public class MultiSearchBenchmarks
{
    private byte[] _body = [];
    private SearchRequest _request = null!;
    private MultiSearch _searches = null!;

    /// <summary>Searches of 384 dimensions, 8 KB each.</summary>
    [Params(1, 8, 64, 256)]
    public int Searches { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(7);
        StringBuilder body = new();
        for (int i = 0; i < Searches; i++)
        {
            IEnumerable<double> components = Enumerable.Range(0, 384).Select(_ => (random.NextDouble() - 0.5) / 10);
            string vector = string.Join(',', components.Select(static component => component.ToString("R", CultureInfo.InvariantCulture)));
            body.Append($$"""
                {"index":["articles-{{i}}"],"preference":"_local"}
                {"knn":{"field":"vector","query_vector":[{{vector}}],"k":10,"num_candidates":100},"size":10}

                """.ReplaceLineEndings("\n"));
        }

        _body = Encoding.UTF8.GetBytes(body.ToString());
        EsRefineSettings settings = new() { MaxSearchBodyBytes = int.MaxValue, DeadlineMs = int.MaxValue };
        ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<EsRefineMeter>().BuildServiceProvider();
        _searches = new(RecognizeAsync, new TargetTable(settings), settings, services.GetRequiredService<EsRefineMeter>(), TimeProvider.System);
        _request = new() { Index = "", Body = _body, Headers = new HeaderDictionary() };
    }

    [Benchmark]
    public object? ReadLines() => MultiSearchBody.Read(_body);

    [Benchmark(Baseline = true)]
    public Task RecognizeAndSplice() => _searches.PrepareAsync(_request, CancellationToken.None).AsTask();

    private static ValueTask<PreparedSearch> RecognizeAsync(SearchRequest search, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            Recognizer.Recognize(search.Body) is { Clauses.Count: 1 }
                ? new(search.Body, [new(new(search.Body, 0, search.Body.Length), search.Body)], new(RefinementOutcome.Refined))
                : PreparedSearch.Original(search, RefinementOutcome.NoSignal));
}
