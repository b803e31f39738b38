using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Microsoft.AspNetCore.Http;

namespace EsRefine.Benchmarks;

/// <summary>What recognition and splicing cost a search. Aims: 25 µs for a body of 4 KB, 80 µs for one of 15 KB, no large objects.</summary>
[MemoryDiagnoser]
public class RecognitionBenchmarks
{
    private byte[] _knn = [];
    private byte[] _lexical = [];
    private float[] _refined = [];
    private RecognizedSearch _search = null!;
    private FieldMapping _field = null!;
    private VectorTask _task = null!;

    /// <summary>Dimensions of the query vector: bodies of 4, 8 and 15 KB, as Python clients write them.</summary>
    [Params(192, 384, 768)]
    public int Dimensions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(7);
        _refined = [.. Enumerable.Range(0, Dimensions).Select(_ => (float)((random.NextDouble() - 0.5) / 10))];
        IEnumerable<double> components = Enumerable.Range(0, Dimensions).Select(_ => (random.NextDouble() - 0.5) / 10);
        string vector = string.Join(',', components.Select(static component => component.ToString("R", CultureInfo.InvariantCulture)));
        _knn = Encoding.UTF8.GetBytes("""
            {"knn":{"filter":[{"term":{"metadata.topic.keyword":"kitchen"}}],"field":"vector","k":10,"num_candidates":100,"query_vector":[#]},
            "query":{"bool":{"must":[{"match":{"text":{"query":"How long does bread bake in a hot oven?"}}}],
            "filter":[{"term":{"metadata.topic.keyword":"kitchen"}}]}},
            "size":10,"_source":["title","text"]}
            """.Replace("#", vector, StringComparison.Ordinal));
        _lexical = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_knn).Replace("knn", "ann", StringComparison.Ordinal));
        _search = Recognizer.Recognize(_knn)!;
        _field = new() { Field = "vector", Dialect = EngineDialect.Elasticsearch, ElementType = VectorElementType.Float, Dimensions = Dimensions };
        _ = VectorText.TryRead(_search.Clauses[0].Vector.Json.Span, VectorSpelling.Array, _field.VectorType, out float[] original);
        Target target = new()
        {
            Mode = RefinementMode.Refine,
            Rule = new Rocchio(0.3f),
            Deadline = TimeSpan.FromSeconds(1),
            SampleSize = 20,
            Guards = RefinementGuards.Default,
        };
        SearchRequest search = new() { Index = "articles", Body = _knn, Headers = new HeaderDictionary() };
        _task = new(new(search, _search, _search.Clauses[0], target, "a question"), _field, original);
    }

    /// <summary>What every search without a clause pays.</summary>
    [Benchmark]
    public bool Scan() => Recognizer.MayHoldKnn(_lexical);

    [Benchmark(Baseline = true)]
    public object? Recognize() => Recognizer.Recognize(_knn);

    [Benchmark]
    public bool ReadVector() => VectorText.TryRead(_search.Clauses[0].Vector.Json.Span, VectorSpelling.Array, _field.VectorType, out _);

    [Benchmark]
    public byte[] Splice() => BodyEdits.Splice(_knn, Splicer.EditsFor(_task, _refined)!);
}
