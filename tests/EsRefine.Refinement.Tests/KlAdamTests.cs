using System.Runtime.Intrinsics;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Refinement.Tests;

public class KlAdamTests
{
    private static readonly KlAdam Rule = new();

    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 1 }, { 2, 3 }, { 3, 16 }, { 7, 31 }, { 20, 63 }, { 20, 64 }, { 21, 65 }, { 50, 257 }, { 20, 1000 }, { 20, 4096 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_width_and_similarity_agrees_with_the_reference(int hits, int dimensions)
    {
        foreach (VectorSimilarity similarity in Enum.GetValues<VectorSimilarity>())
        {
            SampleVectors vectors = SampleVectors.Random(hits, dimensions, similarity) with { QueryLength = 2.5 };
            double[] expected = new KlAdamReference(vectors.Sample).Refine(KlAdamReference.Widen(vectors.Query), steps: 30);
            float[] refined = new float[dimensions];
            BlockedAdam<Lanes512, Vector512<float>>.Descend(vectors.Sample, steps: 30, refined);
            Assert.InRange(Measure.LargestDifference(refined, expected), 0, 5e-6);
            BlockedAdam<Lanes256, Vector256<float>>.Descend(vectors.Sample, steps: 30, refined);
            Assert.InRange(Measure.LargestDifference(refined, expected), 0, 5e-6);
            BlockedAdam<Lanes128, Vector128<float>>.Descend(vectors.Sample, steps: 30, refined);
            Assert.InRange(Measure.LargestDifference(refined, expected), 0, 5e-6);
        }
    }

    [Theory]
    [InlineData(VectorSimilarity.Cosine)]
    [InlineData(VectorSimilarity.MaxInnerProduct)]
    [InlineData(VectorSimilarity.L2Norm)]
    public void One_small_step_lowers_the_loss(VectorSimilarity similarity)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, similarity);
        KlAdamReference reference = new(vectors.Sample);
        float[] refined = vectors.RefineBy(new KlAdam(steps: 1));
        Assert.True(reference.Loss(KlAdamReference.Widen(refined)) < reference.Loss(KlAdamReference.Widen(vectors.Query)));
    }

    [Fact]
    public void One_hit_changes_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 1, dimensions: 100);
        Assert.Equal(vectors.Query, vectors.RefineBy(Rule));
    }

    [Fact]
    public void Order_of_hits_is_irrelevant()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384);
        Assert.InRange(Measure.LargestDifference(vectors.RefineBy(Rule), vectors.Reverse().RefineBy(Rule)), 0, 1e-6);
    }

    [Fact]
    public void Length_of_hits_is_irrelevant_to_cosine()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384);
        float[] refined = vectors.RefineBy(Rule);
        Assert.InRange(Measure.LargestDifference(refined, vectors.NormalizeHits().RefineBy(Rule)), 0, 1e-6);
        Assert.Equal(refined, vectors.ScaleHits(MathF.ScaleB(1, 120)).RefineBy(Rule));
        Assert.Equal(refined, vectors.ScaleHits(MathF.ScaleB(1, -90)).RefineBy(Rule));
    }

    [Fact]
    public void Common_length_of_all_hits_is_irrelevant_to_max_inner_product()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, VectorSimilarity.MaxInnerProduct);
        Assert.Equal(vectors.RefineBy(Rule), vectors.ScaleHits(1024).RefineBy(Rule));
    }

    [Fact]
    public void Unit_of_length_is_irrelevant_to_l2_norm()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, VectorSimilarity.L2Norm) with { QueryLength = 3 };
        Assert.Equal(vectors.RefineBy(Rule), (vectors.ScaleHits(1024) with { QueryLength = 3 * 1024 }).RefineBy(Rule));
    }

    [Fact]
    public void Unit_vectors_are_refined_the_same_with_every_similarity()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384).NormalizeHits();
        float[] byCosine = vectors.RefineBy(Rule);
        Assert.Equal(byCosine, (vectors with { Similarity = VectorSimilarity.DotProduct }).RefineBy(Rule));
        Assert.InRange(Measure.LargestDifference(byCosine, (vectors with { Similarity = VectorSimilarity.MaxInnerProduct }).RefineBy(Rule)), 0, 1e-6);
        Assert.InRange(Measure.LargestDifference(byCosine, (vectors with { Similarity = VectorSimilarity.L2Norm }).RefineBy(Rule)), 0, 1e-6);
    }

    [Fact]
    public void Zero_hit_vector_has_no_effect()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 5, dimensions: 40);
        vectors.HitVectors.AsSpan(0, 40).Clear();
        Assert.All(vectors.RefineBy(Rule), component => Assert.True(float.IsFinite(component)));
    }

    [Fact]
    public void Same_sample_gives_a_bit_identical_vector()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 768);
        float[] first = vectors.RefineBy(Rule);

        // Samples of other shapes leave other values in the pooled buffers.
        SampleVectors.Random(hits: 33, dimensions: 500).RefineBy(Rule);
        Assert.Equal(first, vectors.RefineBy(Rule));
    }

    [Fact]
    public void Refinement_allocates_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 1024);
        float[] refined = new float[1024];
        Assert.Equal(0, Allocations.BytesPerCall(() => Rule.Refine(vectors.Sample, refined)));
    }
}
