using System.Numerics.Tensors;
using EsRefine.Refinement;

namespace EsRefine.Benchmarks;

/// <summary>The formula of <see cref="KlAdam"/> for cosine, transcribed call by call to TensorPrimitives: what one would write first.</summary>
internal sealed class TensorPrimitivesKlAdam(int hits, int dimensions)
{
    private const float LearningRate = 1e-4f;
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    private readonly float[] _unitHits = new float[hits * dimensions];
    private readonly float[] _target = new float[hits];
    private readonly float[] _cosines = new float[hits];
    private readonly float[] _weights = new float[hits];
    private readonly float[] _gradient = new float[dimensions];
    private readonly float[] _firstMoment = new float[dimensions];
    private readonly float[] _secondMoment = new float[dimensions];
    private readonly float[] _step = new float[dimensions];
    private readonly float[] _denominator = new float[dimensions];

    public void Refine(in RefinementSample sample, int steps, Span<float> refined)
    {
        sample.QueryVector.CopyTo(refined);
        TensorPrimitives.SoftMax(sample.Judgments, _target);
        for (int i = 0; i < hits; i++)
        {
            TensorPrimitives.Divide(sample.HitVector(i), TensorPrimitives.Norm(sample.HitVector(i)), UnitHit(i));
        }

        Array.Clear(_firstMoment);
        Array.Clear(_secondMoment);
        for (int step = 1; step <= steps; step++)
        {
            float norm = TensorPrimitives.Norm<float>(refined);
            for (int i = 0; i < hits; i++)
            {
                _cosines[i] = TensorPrimitives.Dot<float>(UnitHit(i), refined) / norm;
            }

            TensorPrimitives.SoftMax<float>(_cosines, _weights);
            TensorPrimitives.Subtract<float>(_weights, _target, _weights);
            TensorPrimitives.Multiply(refined, -TensorPrimitives.Dot<float>(_weights, _cosines) / norm, _gradient);
            for (int i = 0; i < hits; i++)
            {
                TensorPrimitives.MultiplyAdd(UnitHit(i), _weights[i], _gradient, _gradient);
            }

            TensorPrimitives.Divide(_gradient, norm, _gradient);

            TensorPrimitives.Multiply(_firstMoment, Beta1, _firstMoment);
            TensorPrimitives.MultiplyAdd(_gradient, 1 - Beta1, _firstMoment, _firstMoment);
            TensorPrimitives.Multiply(_secondMoment, Beta2, _secondMoment);
            TensorPrimitives.Multiply<float>(_gradient, _gradient, _step);
            TensorPrimitives.MultiplyAdd(_step, 1 - Beta2, _secondMoment, _secondMoment);

            TensorPrimitives.Divide(_secondMoment, 1 - MathF.Pow(Beta2, step), _denominator);
            TensorPrimitives.Sqrt<float>(_denominator, _denominator);
            TensorPrimitives.Add(_denominator, Epsilon, _denominator);
            TensorPrimitives.Divide<float>(_firstMoment, _denominator, _step);
            TensorPrimitives.MultiplyAdd(_step, -LearningRate / (1 - MathF.Pow(Beta1, step)), refined, refined);
        }
    }

    private Span<float> UnitHit(int i) => _unitHits.AsSpan(i * dimensions, dimensions);
}
