using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Refinement.Tests;

public class RocchioTests
{
    private static readonly Rocchio Rule = new();

    [Theory]
    [InlineData(VectorSimilarity.Cosine, 0.3f)]
    [InlineData(VectorSimilarity.MaxInnerProduct, 1.2f)]
    [InlineData(VectorSimilarity.L2Norm, 0.01f)]
    public void Query_vector_turns_by_the_angle_and_keeps_its_length(VectorSimilarity similarity, float angle)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, similarity).ScaleQuery(8);
        float[] refined = vectors.RefineBy(new Rocchio(angle));
        Assert.Equal(angle, Measure.Angle(vectors.Query, refined), 1e-6);
        Assert.Equal(DoubleSums.Norm(vectors.Query), DoubleSums.Norm(refined), 1e-5);
    }

    [Theory]
    [InlineData(VectorSimilarity.Cosine)]
    [InlineData(VectorSimilarity.DotProduct)]
    [InlineData(VectorSimilarity.MaxInnerProduct)]
    [InlineData(VectorSimilarity.L2Norm)]
    public void No_other_turn_raises_the_judged_similarities_faster(VectorSimilarity similarity)
    {
        const float turn = 1e-2f;
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 24, similarity);
        double start = JudgedSimilarity(vectors, vectors.Query);
        double gain = JudgedSimilarity(vectors, vectors.RefineBy(new Rocchio(turn))) - start;
        Assert.True(gain > 0);
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            double[] tangent = [.. vectors.Query.Select(_ => random.NextDouble() - 0.5)];
            double along = tangent.Zip(vectors.Query, (t, q) => t * q).Sum();
            tangent = [.. tangent.Zip(vectors.Query, (t, q) => t - (along * q))];
            double length = Math.Sqrt(tangent.Sum(t => t * t));
            float[] other = [.. vectors.Query.Zip(tangent, (q, t) => (float)((Math.Cos(turn) * q) + (Math.Sin(turn) * t / length)))];
            Assert.True(JudgedSimilarity(vectors, other) - start < gain);
        }
    }

    [Fact]
    public void Equal_judgments_change_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384) with { Judgments = [.. Enumerable.Repeat(0.7f, 20)] };
        Assert.Equal(vectors.Query, vectors.RefineBy(Rule));
    }

    [Fact]
    public void One_hit_changes_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 1, dimensions: 100);
        Assert.Equal(vectors.Query, vectors.RefineBy(Rule));
    }

    [Fact]
    public void Equal_hits_judged_differently_change_nothing()
    {
        SampleVectors one = SampleVectors.Random(hits: 1, dimensions: 100);
        SampleVectors twice = one with { HitVectors = [.. one.HitVectors, .. one.HitVectors], Judgments = [0.1f, 0.9f] };
        Assert.Equal(twice.Query, twice.RefineBy(Rule));
    }

    [Fact]
    public void Hits_parallel_to_the_query_vector_change_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 2, dimensions: 100, VectorSimilarity.MaxInnerProduct);
        vectors = vectors with { HitVectors = [.. vectors.Query.Select(c => 3 * c), .. vectors.Query.Select(c => -c)] };
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
        Assert.InRange(Measure.LargestDifference(vectors.RefineBy(Rule), vectors.NormalizeHits().RefineBy(Rule)), 0, 1e-6);
    }

    [Fact]
    public void Length_of_hits_matters_to_max_inner_product()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 384, VectorSimilarity.MaxInnerProduct);
        Assert.True(Measure.LargestDifference(vectors.RefineBy(Rule), vectors.NormalizeHits().RefineBy(Rule)) > 1e-3);
    }

    [Fact]
    public void Refinement_allocates_nothing()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 1024);
        float[] refined = new float[1024];
        Assert.Equal(0, Allocations.BytesPerCall(() => Rule.Refine(vectors.Sample, refined)));
    }

    /// <summary>Σ (sᵢ − s̄) · similarity(q, dᵢ), with half the negative squared distance for l2_norm.</summary>
    private static double JudgedSimilarity(SampleVectors vectors, float[] query)
    {
        double mean = vectors.Judgments.Average(judgment => (double)judgment);
        return vectors.HitVectors.Chunk(query.Length).Zip(vectors.Judgments, (hit, judgment) => (judgment - mean) * vectors.Similarity switch
        {
            VectorSimilarity.MaxInnerProduct => DoubleSums.Dot(hit, query),
            VectorSimilarity.L2Norm => -hit.Zip(query, (d, q) => Math.Pow((double)d - q, 2)).Sum() / 2,
            _ => DoubleSums.Dot(hit, query) / DoubleSums.Norm(hit) / DoubleSums.Norm(query),
        }).Sum();
    }
}
