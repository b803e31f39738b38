using System.Globalization;
using System.Numerics.Tensors;

namespace EsRefine.Tests.Remembering;

/// <summary>Vectors as a model returns them and as clients send them. Seeded, so they are the same in every run.</summary>
internal static class ModelVectors
{
    /// <summary>A unit vector near the common mean direction of the model's vectors, as with real models.</summary>
    public static float[] Of(Random random, int dimensions)
    {
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            vector[i] = (float)(Gaussian(random) + (i % 5 == 0 ? 1.2 : 0));
        }

        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return vector;
    }

    /// <summary>A unit vector at a given distance, like that of a paraphrase.</summary>
    public static float[] Near(Random random, ReadOnlySpan<float> vector, double distance)
    {
        float[] near = new float[vector.Length];
        double scale = distance / Math.Sqrt(vector.Length);
        for (int i = 0; i < near.Length; i++)
        {
            near[i] = vector[i] + (float)(scale * Gaussian(random));
        }

        TensorPrimitives.Divide(near, TensorPrimitives.Norm<float>(near), near);
        return near;
    }

    /// <summary>Names of the number formats and roundings that clients apply to a vector before sending it.</summary>
    public static float[] Passed(ReadOnlySpan<float> vector, string way)
    {
        float[] passed = vector.ToArray();
        float norm = TensorPrimitives.Norm(vector);
        for (int i = 0; i < passed.Length; i++)
        {
            passed[i] = way switch
            {
                "serialized anew" => float.Parse(passed[i].ToString("G9", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
                "widened to float64" => float.Parse(((double)passed[i]).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
                "rounded to 6 decimals" => (float)Math.Round((double)passed[i], 6),
                "normalized" => passed[i] / norm,
                "scaled" => passed[i] * 17.3f,
                "normalized and rounded" => (float)Math.Round((double)passed[i] / norm, 6),
                "narrowed from float64" => (float)((double)passed[i] * (1 + 4e-8)),
                _ => throw new ArgumentOutOfRangeException(nameof(way), way, "no such way"),
            };
        }

        return passed;
    }

    public static IReadOnlyList<string> Ways { get; } =
        ["serialized anew", "widened to float64", "rounded to 6 decimals", "normalized", "scaled", "normalized and rounded", "narrowed from float64"];

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
