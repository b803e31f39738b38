using System.Buffers.Binary;
using System.Text.Json;
using EsRefine.TestSupport;

namespace EsRefine.Refinement.Tests;

/// <summary>A case of <c>golden/refinement.json</c>, made with PyTorch's autograd and <c>torch.optim.Adam</c> in float64.</summary>
/// <remarks>Vectors are float32, judgments are decimal fractions, and the expected results after given numbers of steps are double.</remarks>
internal sealed record GoldenRefinement(string Name, float[] Query, float[] HitVectors, double[] Judgments, IReadOnlyDictionary<int, double[]> After)
{
    public RefinementSample Sample => new()
    {
        QueryVector = Query,
        HitVectors = HitVectors,
        Judgments = Array.ConvertAll(Judgments, judgment => (float)judgment),
        Similarity = VectorSimilarity.Cosine,
    };

    /// <summary>The cases of the paper's rule. Empty if the shared material is not available.</summary>
    public static IReadOnlyList<GoldenRefinement> Cases { get; } = SharedMaterial.Find("golden/refinement.json") is { } file ? Read(file) : [];

    private static List<GoldenRefinement> Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        List<GoldenRefinement> cases = [];
        foreach (JsonElement golden in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (golden.GetProperty("rule").GetString() == "kl-adam")
            {
                cases.Add(new(
                    golden.GetProperty("name").GetString()!,
                    Floats(golden.GetProperty("query")),
                    Floats(golden.GetProperty("hit_vectors")),
                    [.. golden.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble())],
                    golden.GetProperty("float64").GetProperty("after").EnumerateObject().ToDictionary(
                        after => int.Parse(after.Name, System.Globalization.CultureInfo.InvariantCulture), after => Doubles(after.Value))));
            }
        }

        return cases;
    }

    private static float[] Floats(JsonElement base64)
    {
        byte[] bytes = base64.GetBytesFromBase64();
        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return values;
    }

    private static double[] Doubles(JsonElement base64)
    {
        byte[] bytes = base64.GetBytesFromBase64();
        double[] values = new double[bytes.Length / sizeof(double)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        }

        return values;
    }
}
