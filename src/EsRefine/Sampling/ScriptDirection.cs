using System.Numerics.Tensors;
using EsRefine.Recognition;

namespace EsRefine.Sampling;

/// <summary>Whether a script's scores rise with the similarity its vector function names: <c>2.0 - cosineSimilarity(…)</c> ranks the other way round.</summary>
/// <remarks>The script is not parsed for this: the sample shows it, since each hit has a score and a vector.</remarks>
internal static class ScriptDirection
{
    /// <summary>Least rank correlation (Kendall's τ over pairs that differ): other terms of the script may disturb the order, but not decide it.</summary>
    private const double LeastCorrelation = 0.5;

    /// <summary>True where the scores rise with the similarity, or are all equal.</summary>
    public static bool Rises(HitSample sample, ReadOnlySpan<float> queryVector, VectorFunction function)
    {
        float[] difference = new float[sample.Dimensions];
        double[] similarities = new double[sample.Count];
        for (int hit = 0; hit < similarities.Length; hit++)
        {
            ReadOnlySpan<float> vector = sample.VectorOf(hit);
            TensorPrimitives.Subtract(queryVector, vector, difference);
            similarities[hit] = function switch
            {
                VectorFunction.Cosine => TensorPrimitives.CosineSimilarity(queryVector, vector),
                VectorFunction.DotProduct => TensorPrimitives.Dot(queryVector, vector),
                VectorFunction.EuclideanDistance => -TensorPrimitives.Norm<float>(difference),
                VectorFunction.ManhattanDistance => -TensorPrimitives.SumOfMagnitudes<float>(difference),
                _ => -Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference)),
            };
        }

        int concordant = 0;
        int discordant = 0;
        for (int i = 1; i < similarities.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double both = (similarities[i] - similarities[j]) * (sample.Hits[i].Score - sample.Hits[j].Score);
                concordant += both > 0 ? 1 : 0;
                discordant += both < 0 ? 1 : 0;
            }
        }

        return concordant + discordant == 0 || concordant - discordant > LeastCorrelation * (concordant + discordant);
    }
}
