using System.Numerics.Tensors;

namespace EsRefine.Embedding;

/// <summary>How a text's token vectors become its one vector; names as in sentence-transformers.</summary>
internal enum PoolingMode
{
    /// <summary>The average over all tokens, special ones included.</summary>
    Mean,

    /// <summary>The first token's vector.</summary>
    Cls,

    /// <summary>The largest value per component.</summary>
    Max,

    /// <summary>The sum divided by the square root of the number of tokens.</summary>
    MeanSqrtLen,

    /// <summary>The average, the n-th token counting n times.</summary>
    WeightedMean,

    /// <summary>The last token's vector.</summary>
    LastToken,
}

/// <summary>Pools token vectors.</summary>
internal static class Pooling
{
    /// <summary>Pools one text.</summary>
    /// <param name="tokenVectors">Row-major [tokens × dimensions]; the text's own tokens only, without the padding to their right.</param>
    /// <param name="destination">[dimensions].</param>
    public static void Pool(PoolingMode mode, ReadOnlySpan<float> tokenVectors, Span<float> destination)
    {
        int dimensions = destination.Length;
        int tokens = tokenVectors.Length / dimensions;
        switch (mode)
        {
            case PoolingMode.Cls:
                tokenVectors[..dimensions].CopyTo(destination);
                break;

            case PoolingMode.LastToken:
                tokenVectors[((tokens - 1) * dimensions)..].CopyTo(destination);
                break;

            case PoolingMode.Max:
                tokenVectors[..dimensions].CopyTo(destination);
                for (int token = 1; token < tokens; token++)
                {
                    TensorPrimitives.Max(destination, tokenVectors.Slice(token * dimensions, dimensions), destination);
                }

                break;

            default:
                destination.Clear();
                float total = 0;
                for (int token = 0; token < tokens; token++)
                {
                    float weight = mode == PoolingMode.WeightedMean ? token + 1 : 1;
                    TensorPrimitives.MultiplyAdd(tokenVectors.Slice(token * dimensions, dimensions), weight, destination, destination);
                    total += weight;
                }

                TensorPrimitives.Divide(destination, mode == PoolingMode.MeanSqrtLen ? MathF.Sqrt(total) : total, destination);
                break;
        }
    }

    /// <summary>Scales to unit length; a zero vector stays.</summary>
    public static void Normalize(Span<float> vector)
    {
        float norm = TensorPrimitives.Norm<float>(vector);
        if (norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }
    }
}
