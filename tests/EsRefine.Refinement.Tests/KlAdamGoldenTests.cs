using System.Runtime.Intrinsics;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Refinement.Tests;

/// <summary>Compares the rule with PyTorch on <c>golden/refinement.json</c>, at every step count recorded there.</summary>
public class KlAdamGoldenTests
{
    /// <summary>On these cases PyTorch's float32 result differs from its float64 result by 2e-6.</summary>
    private const double SingleTolerance = 5e-6;

    private const double DoubleTolerance = 1e-9;

    private delegate void Descent(in RefinementSample sample, int steps, Span<float> refined);

    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [.. GoldenRefinement.Cases.Select(golden => golden.Name)];
            return names.Count > 0 ? names : [""];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refined_vector_agrees_with_float64_of_pytorch(string name) =>
        Agrees(name, SingleTolerance, static (in sample, steps, refined) => new KlAdam(steps).Refine(sample, refined));

    [Theory]
    [MemberData(nameof(Names))]
    public void Narrower_vector_widths_agree_with_pytorch(string name)
    {
        Agrees(name, SingleTolerance, BlockedAdam<Lanes512, Vector512<float>>.Descend);
        Agrees(name, SingleTolerance, BlockedAdam<Lanes256, Vector256<float>>.Descend);
        Agrees(name, SingleTolerance, BlockedAdam<Lanes128, Vector128<float>>.Descend);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Reference_in_double_agrees_with_float64_of_pytorch(string name)
    {
        GoldenRefinement golden = Find(name);
        KlAdamReference reference = new(golden.Sample, golden.Judgments);
        foreach ((int steps, double[] expected) in golden.After)
        {
            double[] refined = reference.Refine(KlAdamReference.Widen(golden.Query), steps);
            double deviation = refined.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(deviation <= DoubleTolerance, $"{name} after {steps} steps: {deviation:e2} off");
        }
    }

    private static void Agrees(string name, double tolerance, Descent descent)
    {
        GoldenRefinement golden = Find(name);
        float[] refined = new float[golden.Query.Length];
        foreach ((int steps, double[] expected) in golden.After)
        {
            descent(golden.Sample, steps, refined);
            double deviation = refined.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} after {steps} steps: {deviation:e2} off");
            Assert.True(deviation <= tolerance, $"{name} after {steps} steps: {deviation:e2} off");
        }
    }

    private static GoldenRefinement Find(string name)
    {
        Assert.SkipUnless(GoldenRefinement.Cases.Count > 0, SharedMaterial.Missing);
        return GoldenRefinement.Cases.Single(golden => golden.Name == name);
    }
}
