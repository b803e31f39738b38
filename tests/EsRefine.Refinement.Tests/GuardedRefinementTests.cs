using CsCheck;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Refinement.Tests;

public class GuardedRefinementTests
{
    private static readonly RefinementGuards Guards = RefinementGuards.Default;

    /// <summary>Values that can make arithmetic overflow, underflow or produce NaN.</summary>
    private static readonly Gen<float> AnyComponent = Gen.Frequency(
        (2000, Gen.Float[-2, 2]),
        (100, Gen.Const(0f)),
        (20, Gen.Const(1e38f)),
        (20, Gen.Const(-1e38f)),
        (20, Gen.Const(float.Epsilon)),
        (20, Gen.Const(1e-30f)),
        (1, Gen.Const(float.NaN)),
        (1, Gen.Const(float.NegativeInfinity)));

    public enum RuleKind
    {
        KlAdam,
        Rocchio,
    }

    [Theory]
    [InlineData(VectorSimilarity.Cosine, 1)]
    [InlineData(VectorSimilarity.DotProduct, 1)]
    [InlineData(VectorSimilarity.MaxInnerProduct, 7)]
    [InlineData(VectorSimilarity.L2Norm, 7)]
    public void Refined_vector_has_the_length_its_similarity_needs(VectorSimilarity similarity, double length)
    {
        foreach (IRefinementRule rule in new IRefinementRule[] { new KlAdam(), new Rocchio() })
        {
            SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 768, similarity).ScaleQuery(7);
            Assert.Equal(RefinementVerdict.Refined, Refine(rule, vectors, Guards, out float[] refined, out float angle));
            Assert.Equal(1, Math.Pow(DoubleSums.Norm(refined) / length, 2), 1e-6);
            Assert.Equal(Measure.Angle(vectors.Query, refined), angle, 1e-6);
        }
    }

    [Theory]
    [InlineData(VectorSimilarity.Cosine)]
    [InlineData(VectorSimilarity.MaxInnerProduct)]
    [InlineData(VectorSimilarity.L2Norm)]
    public void Move_beyond_the_trust_radius_is_shortened_in_its_direction(VectorSimilarity similarity)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, similarity).ScaleQuery(2);
        Assert.Equal(RefinementVerdict.Refined, Refine(new Rocchio(0.25f), vectors, Guards, out float[] within, out _));
        Assert.Equal(RefinementVerdict.Refined, Refine(new Rocchio(1.5f), vectors, Guards with { TrustRadius = 0.25f }, out float[] stopped, out float angle));
        Assert.Equal(0.25f, angle);
        Assert.Equal(0.25, Measure.Angle(vectors.Query, stopped), 1e-6);
        Assert.InRange(Measure.LargestDifference(within, stopped), 0, 1e-6);
    }

    [Fact]
    public void Rule_receives_the_unit_query_vector_and_the_length_sent_to_the_engine()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, VectorSimilarity.L2Norm);
        SampleVectors scaled = vectors.ScaleQuery(16).ScaleHits(16);
        Refine(new KlAdam(), vectors, Guards, out float[] refined, out _);
        Refine(new KlAdam(), scaled, Guards, out float[] refinedScaled, out _);
        Assert.InRange(Measure.LargestDifference(refined.Select(c => 16 * c), refinedScaled), 0, 16 * 1e-6);
    }

    [Theory]
    [InlineData(0, RefinementVerdict.TooFewHits)]
    [InlineData(1, RefinementVerdict.TooFewHits)]
    [InlineData(2, RefinementVerdict.Refined)]
    public void One_judged_hit_is_too_few(int hits, RefinementVerdict verdict) =>
        Assert.Equal(verdict, Refine(new Rocchio(), SampleVectors.Random(hits, 32), Guards, out _, out _));

    [Theory]
    [InlineData(0.5f, 0.5f, RefinementVerdict.NoSignal)]
    [InlineData(0f, 0f, RefinementVerdict.NoSignal)]
    [InlineData(0.5f, 0.74f, RefinementVerdict.NoSignal)]
    [InlineData(0.5f, 0.75f, RefinementVerdict.Refined)]
    public void Spread_below_the_minimum_leaves_the_vector_unchanged(float low, float high, RefinementVerdict verdict)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 3, dimensions: 32) with { Judgments = [low, high, low] };
        Assert.Equal(verdict, Refine(new KlAdam(), vectors, Guards with { MinSpread = 0.25f }, out float[] refined, out float angle));
        Assert.Equal(verdict is RefinementVerdict.NoSignal, refined.SequenceEqual(vectors.Query));
        Assert.Equal(verdict is RefinementVerdict.NoSignal, angle == 0);
    }

    [Fact]
    public void Rule_that_finds_no_direction_is_no_signal()
    {
        SampleVectors one = SampleVectors.Random(hits: 1, dimensions: 100).ScaleQuery(3);
        SampleVectors twice = one with { HitVectors = [.. one.HitVectors, .. one.HitVectors], Judgments = [0.1f, 0.9f] };
        Assert.Equal(RefinementVerdict.NoSignal, Refine(new Rocchio(), twice, Guards, out float[] refined, out _));
        Assert.Equal(twice.Query, refined);
    }

    [Fact]
    public void Rule_that_reverses_the_vector_is_no_signal()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 3, dimensions: 16);
        Assert.Equal(RefinementVerdict.NoSignal, Refine(new FixedRule([.. vectors.Query.Select(c => -c)]), vectors, Guards, out float[] refined, out _));
        Assert.Equal(vectors.Query, refined);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Number_that_is_not_finite_is_rejected_in_every_input(float number)
    {
        for (int place = 0; place < 4; place++)
        {
            SampleVectors vectors = SampleVectors.Random(hits: 3, dimensions: 20);
            IRefinementRule rule = place == 3 ? new FixedRule([number, .. vectors.Query[1..]]) : new Rocchio();
            if (place < 3)
            {
                new[] { vectors.Query, vectors.HitVectors, vectors.Judgments }[place][1] = number;
            }

            Assert.Equal(RefinementVerdict.NotFinite, Refine(rule, vectors, Guards, out float[] refined, out float angle));
            Assert.Equal(vectors.Query, refined);
            Assert.Equal(0, angle);
        }
    }

    [Fact]
    public void Zero_vector_is_rejected()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 3, dimensions: 20);
        Assert.Equal(RefinementVerdict.NotFinite, Refine(new Rocchio(), vectors with { Query = new float[20] }, Guards, out _, out _));
        Assert.Equal(RefinementVerdict.NotFinite, Refine(new FixedRule(new float[20]), vectors, Guards, out _, out _));
        vectors.HitVectors.AsSpan(40).Clear();
        Assert.Equal(RefinementVerdict.NotFinite, Refine(new Rocchio(), vectors, Guards, out _, out _));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_reported_before_too_few_hits()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 1, dimensions: 4) with { Judgments = [float.NaN] };
        Assert.Equal(RefinementVerdict.NotFinite, Refine(new Rocchio(), vectors, Guards, out _, out _));
    }

    [Theory]
    [InlineData(RuleKind.KlAdam)]
    [InlineData(RuleKind.Rocchio)]
    public void Every_input_gives_a_finite_vector(RuleKind kind)
    {
        IRefinementRule rule = kind is RuleKind.KlAdam ? new KlAdam(steps: 20) : new Rocchio();
        int moved = 0;
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 40], Gen.Enum<VectorSimilarity>()).SelectMany((hits, dimensions, similarity) =>
            Gen.Select(AnyComponent.Array[dimensions], AnyComponent.Array[hits * dimensions], Gen.Float.Unit.Array[hits], (query, rows, judgments) =>
                new SampleVectors(query, rows, judgments, similarity)))
        .Sample(
            vectors =>
            {
                RefinementVerdict verdict = Refine(rule, vectors, Guards, out float[] refined, out float angle);
                if (verdict is RefinementVerdict.Refined)
                {
                    Interlocked.Increment(ref moved);
                    Assert.All(refined, component => Assert.True(float.IsFinite(component)));
                    Assert.InRange(angle, 0, Guards.TrustRadius);
                    Assert.InRange(Measure.Angle(vectors.Query, refined), 0, Guards.TrustRadius + 1e-5);
                }
                else
                {
                    Assert.Equal(vectors.Query, refined);
                    Assert.Equal(0, angle);
                }
            },
            iter: 3000);
        Assert.True(moved > 300, $"only {moved} of 3000 samples were fit to be refined");
    }

    [Fact]
    public void Rows_with_other_dimensions_throw()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 3, dimensions: 20);
        Assert.Throws<ArgumentException>(() => Refine(new Rocchio(), vectors with { HitVectors = vectors.HitVectors[1..] }, Guards, out _, out _));
    }

    [Theory]
    [InlineData(RuleKind.KlAdam)]
    [InlineData(RuleKind.Rocchio)]
    public void Refinement_allocates_nothing(RuleKind kind)
    {
        IRefinementRule rule = kind is RuleKind.KlAdam ? new KlAdam() : new Rocchio();
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 1024, VectorSimilarity.L2Norm);
        float[] refined = new float[1024];
        Assert.Equal(0, Allocations.BytesPerCall(() => GuardedRefinement.Refine(rule, vectors.Sample, Guards, refined, out _)));
    }

    private static RefinementVerdict Refine(IRefinementRule rule, SampleVectors vectors, RefinementGuards guards, out float[] refined, out float angle)
    {
        refined = new float[vectors.Query.Length];
        return GuardedRefinement.Refine(rule, vectors.Sample, guards, refined, out angle);
    }

    /// <summary>Answers every sample with the same vector.</summary>
    private sealed class FixedRule(float[] answer) : IRefinementRule
    {
        public string Name => "fixed";

        public void Refine(in RefinementSample sample, Span<float> refined) => answer.CopyTo(refined);
    }
}
