using Xunit;

namespace EsRefine.Refinement.Tests;

/// <summary>Tests the reference implementation that the kernel is compared with.</summary>
public class KlAdamReferenceTests
{
    [Theory]
    [InlineData(VectorSimilarity.Cosine)]
    [InlineData(VectorSimilarity.DotProduct)]
    [InlineData(VectorSimilarity.MaxInnerProduct)]
    [InlineData(VectorSimilarity.L2Norm)]
    public void Gradient_agrees_with_finite_differences(VectorSimilarity similarity)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 7, dimensions: 12, similarity) with { QueryLength = 1.7 };
        KlAdamReference reference = new(vectors.Sample);
        double[] query = KlAdamReference.Widen(vectors.Query);
        double[] gradient = reference.Gradient(query);
        const double step = 1e-5;
        for (int k = 0; k < query.Length; k++)
        {
            double difference = reference.Loss(Shift(query, k, step)) - reference.Loss(Shift(query, k, -step));
            Assert.Equal(difference / (2 * step), gradient[k], 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3.5)]
    public void Student_of_l2_norm_ranks_as_the_engine_does(double queryLength)
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 9, VectorSimilarity.L2Norm) with { QueryLength = queryLength };
        double[] student = new KlAdamReference(vectors.Sample).Student(KlAdamReference.Widen(vectors.Query));
        double[] scores = [.. vectors.HitVectors.Chunk(9).Select(hit => 1 / (1 + hit.Zip(vectors.Query, (d, q) => Math.Pow((queryLength * q) - d, 2)).Sum()))];
        Assert.Equal(Ranking(scores), Ranking(student));
    }

    [Fact]
    public void Student_of_max_inner_product_ranks_as_the_engine_does()
    {
        SampleVectors vectors = SampleVectors.Random(hits: 20, dimensions: 9, VectorSimilarity.MaxInnerProduct);
        double[] student = new KlAdamReference(vectors.Sample).Student(KlAdamReference.Widen(vectors.Query));
        double[] scores = [.. vectors.HitVectors.Chunk(9).Select(hit => hit.Zip(vectors.Query, (d, q) => (double)d * q).Sum())];
        Assert.Equal(Ranking(scores), Ranking(student));
    }

    private static double[] Shift(double[] vector, int component, double by)
    {
        double[] shifted = [.. vector];
        shifted[component] += by;
        return shifted;
    }

    private static int[] Ranking(double[] scores) => [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
}
