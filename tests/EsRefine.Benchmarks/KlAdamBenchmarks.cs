using BenchmarkDotNet.Attributes;
using EsRefine.Refinement;

namespace EsRefine.Benchmarks;

/// <summary>One refinement from 20 judged hits, on one core. Read the ratios; the times are the machine's.</summary>
[MemoryDiagnoser]
public class KlAdamBenchmarks
{
    private const int Hits = 20;
    private const int Steps = 100;

    private readonly KlAdam _klAdam = new(Steps);
    private readonly KlAdam _packingOnly = new(steps: 0);
    private readonly Rocchio _rocchio = new();

    private RefinementInput _input = null!;
    private TensorPrimitivesKlAdam _transcription = null!;
    private float[] _refined = null!;

    [Params(384, 768, 1024, 3072)]
    public int Dimensions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _input = new(Hits, Dimensions);
        _transcription = new(Hits, Dimensions);
        _refined = new float[Dimensions];
    }

    [Benchmark(Baseline = true)]
    public void TensorPrimitivesTranscription() => _transcription.Refine(_input.Sample, Steps, _refined);

    [Benchmark]
    public void KlAdam() => _klAdam.Refine(_input.Sample, _refined);

    /// <summary>What <see cref="KlAdam"/> spends before its first step.</summary>
    [Benchmark]
    public void KlAdamPacking() => _packingOnly.Refine(_input.Sample, _refined);

    [Benchmark]
    public void Rocchio() => _rocchio.Refine(_input.Sample, _refined);

    /// <summary>The default rule as the path runs it, checks and trust radius included.</summary>
    [Benchmark]
    public RefinementVerdict GuardedRocchio() => GuardedRefinement.Refine(_rocchio, _input.Sample, RefinementGuards.Default, _refined, out _);
}
