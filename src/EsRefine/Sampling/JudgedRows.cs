using EsRefine.Judging;

namespace EsRefine.Sampling;

/// <summary>The rows of a sample that have a judgment, packed for a refinement rule.</summary>
/// <param name="VectorMemory">One row per judged hit, row-major.</param>
/// <param name="Probabilities">P(relevant) of each.</param>
internal readonly record struct JudgedRows(ReadOnlyMemory<float> VectorMemory, float[] Probabilities)
{
    public ReadOnlySpan<float> Vectors => VectorMemory.Span;

    public static JudgedRows Of(HitSample sample, IReadOnlyList<Judgment?> judgments)
    {
        float[] probabilities = [.. judgments.Where(static judgment => judgment is not null).Select(static judgment => judgment!.Value.Probability)];
        if (probabilities.Length == sample.Count)
        {
            return new JudgedRows(sample.Vectors.AsMemory(0, sample.Count * sample.Dimensions), probabilities);
        }

        float[] vectors = new float[probabilities.Length * sample.Dimensions];
        int row = 0;
        for (int hit = 0; hit < sample.Count; hit++)
        {
            if (judgments[hit] is not null)
            {
                sample.VectorOf(hit).CopyTo(vectors.AsSpan(row++ * sample.Dimensions));
            }
        }

        return new JudgedRows(vectors, probabilities);
    }
}
