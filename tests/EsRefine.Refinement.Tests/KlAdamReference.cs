namespace EsRefine.Refinement.Tests;

/// <summary>
/// A plain implementation of <see cref="KlAdam"/> in double, without blocks or pooled buffers. Tests can call its loss and gradient.
/// </summary>
internal sealed class KlAdamReference
{
    private const double LossEpsilon = 1e-8;

    private readonly double[][] _hits;
    private readonly double[] _target;
    private readonly double[] _bias;

    /// <param name="sample">The input of the rule.</param>
    /// <param name="judgments">The sample's judgments in double, if known. Rounding them to float32 changes the ninth decimal of the result.</param>
    public KlAdamReference(in RefinementSample sample, double[]? judgments = null)
    {
        _hits = new double[sample.Count][];
        for (int i = 0; i < sample.Count; i++)
        {
            _hits[i] = [.. Widen(sample.HitVector(i))];
        }

        _target = Softmax(judgments ?? Widen(sample.Judgments));
        _bias = new double[sample.Count];
        double[] lengths = [.. _hits.Select(Norm)];
        if (sample.Similarity is VectorSimilarity.Cosine or VectorSimilarity.DotProduct)
        {
            _hits = [.. _hits.Zip(lengths, (hit, length) => hit.Select(component => component / length).ToArray())];
            return;
        }

        double temperature = Math.Sqrt(lengths.Average(length => length * length));
        double queryLength = sample.QueryLength ?? Norm(Widen(sample.QueryVector));
        _hits = [.. _hits.Select(hit => hit.Select(component => component / temperature).ToArray())];
        if (sample.Similarity is VectorSimilarity.L2Norm)
        {
            _bias = [.. lengths.Select(length => -length * length / (2 * queryLength * temperature))];
        }
    }

    /// <summary>KL divergence of the target from the student distribution.</summary>
    public double Loss(double[] query) =>
        _target.Zip(Student(query), (p, w) => p * Math.Log((p + LossEpsilon) / (w + LossEpsilon))).Sum();

    /// <summary>The student distribution w at a query vector.</summary>
    public double[] Student(double[] query) => Softmax([.. Cosines(query).Zip(_bias, (cosine, bias) => cosine + bias)]);

    /// <summary>∂loss/∂q.</summary>
    public double[] Gradient(double[] query)
    {
        double norm = Norm(query);
        double[] cosines = Cosines(query);
        double[] student = Student(query);
        double[] kept = [.. _target.Zip(student, (p, w) => p * w / (w + LossEpsilon))];
        double[] gradient = new double[query.Length];
        for (int i = 0; i < _hits.Length; i++)
        {
            double weight = (student[i] * kept.Sum()) - kept[i];
            for (int k = 0; k < query.Length; k++)
            {
                gradient[k] += weight * (_hits[i][k] - (cosines[i] * query[k] / norm)) / norm;
            }
        }

        return gradient;
    }

    /// <summary>The query vector after a number of steps of Adam.</summary>
    public double[] Refine(double[] query, int steps)
    {
        double[] refined = [.. query];
        double[] first = new double[query.Length];
        double[] second = new double[query.Length];
        for (int step = 1; step <= steps; step++)
        {
            double[] gradient = Gradient(refined);
            for (int k = 0; k < refined.Length; k++)
            {
                first[k] = (0.9 * first[k]) + (0.1 * gradient[k]);
                second[k] = (0.999 * second[k]) + (0.001 * gradient[k] * gradient[k]);
                double corrected = second[k] / (1 - Math.Pow(0.999, step));
                refined[k] -= 1e-4 * first[k] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(corrected) + 1e-8);
            }
        }

        return refined;
    }

    public static double[] Widen(ReadOnlySpan<float> vector)
    {
        double[] widened = new double[vector.Length];
        for (int i = 0; i < vector.Length; i++)
        {
            widened[i] = vector[i];
        }

        return widened;
    }

    private double[] Cosines(double[] query)
    {
        double norm = Norm(query);
        return [.. _hits.Select(hit => hit.Zip(query, (a, b) => a * b).Sum() / norm)];
    }

    private static double[] Softmax(double[] values)
    {
        double largest = values.Max();
        double[] exponentials = [.. values.Select(value => Math.Exp(value - largest))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(exponential => exponential / sum)];
    }

    private static double Norm(double[] vector) => Math.Sqrt(vector.Sum(component => component * component));
}
