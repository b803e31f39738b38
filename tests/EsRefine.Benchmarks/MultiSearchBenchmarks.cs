using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using EsRefine.Endpoints;
using EsRefine.Recognition;
using Microsoft.AspNetCore.Http;

namespace EsRefine.Benchmarks;

/// <summary>What reading an <c>_msearch</c> costs: its framing alone, and with every search recognized and its line replaced. Linear in the searches.</summary>
[MemoryDiagnoser]
public class MultiSearchBenchmarks
{
    private byte[] _body = [];
    private SearchRequest _request = null!;

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
        _request = new() { Index = "", Body = _body, Headers = new HeaderDictionary() };
    }

    [Benchmark]
    public object? ReadLines() => MultiSearchBody.Read(_body);

    [Benchmark(Baseline = true)]
    public Task RecognizeAndSplice() => MultiSearch.PrepareAsync(_request, RecognizeAsync, int.MaxValue, static () => false, CancellationToken.None).AsTask();

    private static ValueTask<PreparedSearch> RecognizeAsync(SearchRequest search, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            Recognizer.Recognize(search.Body.Span) is { Clauses.Count: 1 }
                ? new(search.Body, [new(new(0, search.Body.Length), search.Body)], new(RefinementOutcome.Refined))
                : PreparedSearch.Original(search, RefinementOutcome.NoSignal));
}
