using System.Numerics.Tensors;
using EsRefine.Embedding;
using EsRefine.Refinement;
using Microsoft.Extensions.AI;

namespace EsRefine.Sampling;

/// <summary>The last resort where stored vectors cannot be read: the judged texts are embedded again.</summary>
internal static class EmbeddedHits
{
    /// <summary>Largest mean error of the scores: quantized indices have an error near 0.01, another model or text one of 0.1 and more.</summary>
    private const double Tolerance = 0.03;

    /// <summary>The sample with vectors; null where the model is not the one that made those in the index.</summary>
    // The engine's scores show whether it is: they must match those of the query vector and the new vectors.
    public static async Task<HitSample?> TryEmbedAsync(
        IEmbeddingGenerator<string, Embedding<float>> model, HitSample sample, SamplePlan plan, CancellationToken cancellationToken)
    {
        if (sample.Count == 0 || plan.Clause.Script is not null || plan.Mapping.Similarity is not { } similarity
            || plan.Mapping.ElementType.HoldsBytes)
        {
            return null;
        }

        GeneratedEmbeddings<Embedding<float>> embeddings =
            await model.GenerateAsync(sample.Hits.Select(static hit => hit.Text), EmbeddingPurposes.Document, cancellationToken);
        double error = 0;
        for (int i = 0; i < sample.Count; i++)
        {
            ReadOnlySpan<float> vector = embeddings[i].Vector.Span;
            if (vector.Length != sample.Dimensions)
            {
                return null;
            }

            double score = Score(similarity, plan.QueryVector, vector);
            error += Math.Abs(score - sample.Hits[i].Score) / Math.Max(1, score);
            vector.CopyTo(sample.Vectors.AsSpan(i * sample.Dimensions));
        }

        return error / sample.Count <= Tolerance ? sample : null;
    }

    /// <summary>The <c>_score</c> that both engines derive from a similarity.</summary>
    private static double Score(VectorSimilarity similarity, ReadOnlySpan<float> query, ReadOnlySpan<float> vector)
    {
        double product = TensorPrimitives.Dot(query, vector);
        double distance = TensorPrimitives.Distance(query, vector);
        return similarity switch
        {
            VectorSimilarity.Cosine => (1 + TensorPrimitives.CosineSimilarity(query, vector)) / 2,
            VectorSimilarity.DotProduct => (1 + product) / 2,
            VectorSimilarity.L2Norm => 1 / (1 + (distance * distance)),
            _ => product >= 0 ? product + 1 : 1 / (1 - product),
        };
    }
}
