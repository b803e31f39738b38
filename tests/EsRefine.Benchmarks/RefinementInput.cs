using EsRefine.Refinement;

namespace EsRefine.Benchmarks;

/// <summary>A sample of random unit vectors with a common part, as the hits of one query have, and graded judgments; the same for the same shape.</summary>
internal sealed class RefinementInput
{
    public RefinementInput(int hits, int dimensions)
    {
        Random random = new(hits * dimensions);
        float[] common = Directions(1, dimensions, random, new float[dimensions]);
        QueryVector = Directions(1, dimensions, random, common);
        HitVectors = Directions(hits, dimensions, random, common);
        Judgments = [.. Enumerable.Range(0, hits).Select(_ => random.NextSingle())];
    }

    public float[] QueryVector { get; }

    public float[] HitVectors { get; }

    public float[] Judgments { get; }

    public RefinementSample Sample =>
        new() { QueryVector = QueryVector, HitVectors = HitVectors, Judgments = Judgments, Similarity = VectorSimilarity.Cosine };

    private static float[] Directions(int count, int dimensions, Random random, float[] common)
    {
        float[] rows = new float[count * dimensions];
        for (int row = 0; row < count; row++)
        {
            Span<float> vector = rows.AsSpan(row * dimensions, dimensions);
            double squaredNorm = 0;
            for (int k = 0; k < dimensions; k++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                vector[k] = common[k] + (float)(normal / Math.Sqrt(dimensions));
                squaredNorm += vector[k] * vector[k];
            }

            for (int k = 0; k < dimensions; k++)
            {
                vector[k] /= (float)Math.Sqrt(squaredNorm);
            }
        }

        return rows;
    }
}
