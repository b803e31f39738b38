using System.Buffers;
using System.Diagnostics;
using System.Numerics.Tensors;

namespace EsRefine.Refinement;

/// <summary>
/// The part of <see cref="KlAdam"/> that works on n hits: computes the weights of the hit vectors in the gradient from their similarities.
/// Uses double throughout, which is cheap because n is about 20.
/// </summary>
internal readonly ref struct KlGradient
{
    /// <summary>Keeps the logarithm of the loss finite. The value is the paper's.</summary>
    private const double Epsilon = 1e-8;

    private readonly double[] _rented;
    private readonly Span<double> _target;
    private readonly Span<double> _scales;
    private readonly Span<double> _bias;
    private readonly Span<double> _cosines;
    private readonly Span<double> _exponentials;
    private readonly Span<double> _parts;

    /// <summary>
    /// Computes the target p = softmax(judgments) and the parts of the student w = softmax(c + b) that are the same in every step. The caller must dispose
    /// of the result.
    /// </summary>
    public KlGradient(in RefinementSample sample)
    {
        int count = sample.Count;
        _rented = ArrayPool<double>.Shared.Rent(6 * count);
        _target = _rented.AsSpan(0, count);
        _scales = _rented.AsSpan(count, count);
        _bias = _rented.AsSpan(2 * count, count);
        _cosines = _rented.AsSpan(3 * count, count);
        _exponentials = _rented.AsSpan(4 * count, count);
        _parts = _rented.AsSpan(5 * count, count);

        TensorPrimitives.ConvertTruncating(sample.Judgments, _target);
        Exponentiate(_target);
        TensorPrimitives.Divide(_target, TensorPrimitives.Sum<double>(_target), _target);
        Measure(sample, _scales, _bias);
    }

    /// <summary>Scale of each hit vector in the formula: eᵢ = scaleᵢ · dᵢ.</summary>
    public ReadOnlySpan<double> Scales => _scales;

    public void Dispose() => ArrayPool<double>.Shared.Return(_rented);

    /// <summary>The gradient of the loss as a combination of vectors: ∇q = Σ hitWeightsᵢ · eᵢ + queryWeight · q.</summary>
    // With uᵢ = pᵢwᵢ / (wᵢ + 1e-8), g = ∂loss/∂c = w·Σu − u (w − p if the 1e-8 is ignored) and cᵢ = q·eᵢ / ‖q‖:
    // hitWeightsᵢ = gᵢ / ‖q‖, queryWeight = −(Σ gᵢcᵢ) / ‖q‖².
    public float Differentiate(ReadOnlySpan<float> dotProducts, double squaredNorm, Span<float> hitWeights)
    {
        Debug.Assert(dotProducts.Length == _target.Length && hitWeights.Length == _target.Length, "one dot product and one weight per hit");
        double inverseNorm = squaredNorm > 0 ? 1 / Math.Sqrt(squaredNorm) : 0;
        for (int i = 0; i < dotProducts.Length; i++)
        {
            _cosines[i] = dotProducts[i] * inverseNorm;
        }

        TensorPrimitives.Add<double>(_cosines, _bias, _exponentials);
        Exponentiate(_exponentials);
        double total = TensorPrimitives.Sum<double>(_exponentials);
        double inverseTotal = 1 / total;
        double floor = Epsilon * total;

        double sumOfParts = 0;
        for (int i = 0; i < _target.Length; i++)
        {
            _parts[i] = _target[i] * _exponentials[i] / (_exponentials[i] + floor);
            sumOfParts += _parts[i];
        }

        double alongQuery = 0;
        for (int i = 0; i < _target.Length; i++)
        {
            double gradient = (_exponentials[i] * inverseTotal * sumOfParts) - _parts[i];
            alongQuery += gradient * _cosines[i];
            hitWeights[i] = (float)(gradient * inverseNorm);
        }

        return (float)(-alongQuery * inverseNorm * inverseNorm);
    }

    // Computes the scales, 1/‖dᵢ‖ or 1/ρ, and b, the term that the engine's similarity adds to eᵢ · q̂. See the remarks of KlAdam.
    private static void Measure(in RefinementSample sample, Span<double> scales, Span<double> bias)
    {
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = DoubleSums.Norm(sample.HitVector(i));
        }

        bias.Clear();
        if (sample.Similarity is VectorSimilarity.Cosine or VectorSimilarity.DotProduct)
        {
            foreach (ref double scale in scales)
            {
                scale = scale > 0 ? 1 / scale : 0;
            }

            return;
        }

        double rootMeanSquare = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(scales) / scales.Length);
        double queryLength = sample.QueryLength ?? DoubleSums.Norm(sample.QueryVector);
        if (sample.Similarity is VectorSimilarity.L2Norm && rootMeanSquare > 0 && queryLength > 0)
        {
            TensorPrimitives.Multiply(scales, scales, bias);
            TensorPrimitives.Multiply(bias, -1 / (2 * queryLength * rootMeanSquare), bias);
        }

        scales.Fill(rootMeanSquare > 0 ? 1 / rootMeanSquare : 0);
    }

    // Subtracts the maximum first, so that large similarities do not overflow and small ones do not all underflow to 0.
    private static void Exponentiate(Span<double> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Max<double>(values), values);
        TensorPrimitives.Exp<double>(values, values);
    }
}
