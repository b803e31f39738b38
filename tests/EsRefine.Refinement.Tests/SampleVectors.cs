namespace EsRefine.Refinement.Tests;

/// <summary>Holds the arrays of a sample. <see cref="RefinementSample"/> is a ref struct and cannot be captured or stored.</summary>
internal sealed record SampleVectors(float[] Query, float[] HitVectors, float[] Judgments, VectorSimilarity Similarity)
{
    public double? QueryLength { get; init; }

    public RefinementSample Sample =>
        new() { QueryVector = Query, QueryLength = QueryLength, HitVectors = HitVectors, Judgments = Judgments, Similarity = Similarity };

    /// <summary>A unit query vector, hits around it with lengths between 0.5 and 2, and graded judgments. The same shape gives the same values.</summary>
    public static SampleVectors Random(int hits, int dimensions, VectorSimilarity similarity = VectorSimilarity.Cosine)
    {
        Random random = new((hits * 1000) + dimensions);
        double[] query = Direction(dimensions, random);
        double[] rows = [.. Enumerable.Range(0, hits).SelectMany(_ =>
        {
            double[] noise = Direction(dimensions, random);
            double length = 0.5 + (1.5 * random.NextDouble());
            return query.Zip(noise, (q, n) => length * ((0.6 * q) + (0.8 * n)));
        })];
        float[] judgments = [.. Enumerable.Range(0, hits).Select(_ => random.NextSingle())];
        return new([.. query.Select(c => (float)c)], [.. rows.Select(c => (float)c)], judgments, similarity);
    }

    public SampleVectors ScaleHits(float factor) => this with { HitVectors = [.. HitVectors.Select(c => c * factor)] };

    public SampleVectors ScaleQuery(float factor) => this with { Query = [.. Query.Select(c => c * factor)] };

    /// <summary>The same sample with all hits at unit length.</summary>
    public SampleVectors NormalizeHits() => this with
    {
        HitVectors = [.. HitVectors.Chunk(Query.Length).SelectMany(hit => hit.Select(c => (float)(c / DoubleSums.Norm(hit))))],
    };

    /// <summary>The same hits in reverse order.</summary>
    public SampleVectors Reverse() => this with
    {
        HitVectors = [.. HitVectors.Chunk(Query.Length).Reverse().SelectMany(hit => hit)],
        Judgments = [.. Judgments.Reverse()],
    };

    public float[] RefineBy(IRefinementRule rule)
    {
        float[] refined = new float[Query.Length];
        rule.Refine(Sample, refined);
        return refined;
    }

    private static double[] Direction(int dimensions, Random random)
    {
        double[] direction = [.. Enumerable.Range(0, dimensions)
            .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        double norm = Math.Sqrt(direction.Sum(c => c * c));
        return [.. direction.Select(c => c / norm)];
    }
}
