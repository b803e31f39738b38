using System.Buffers.Binary;
using System.Text.Json;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Embedding;

/// <summary>One text of a golden file, with the reference's ids and vector.</summary>
/// <param name="Ids">Special tokens written in the text recognized.</param>
/// <param name="IdsAsText">The same taken as plain text.</param>
/// <param name="VectorAsText">The vector of <paramref name="IdsAsText"/>; null where the file gives none.</param>
internal sealed record GoldenText(string Name, string Text, int[] Ids, int[] IdsAsText, float[]? VectorAsText);

internal static class GoldenTexts
{
    private const string Int8 = "models/all-minilm-l6-v2-int8/golden.json";

    private const string Fp32 = "golden/embeddings.json";

    /// <summary>Ids by Hugging Face tokenizers, vectors by ONNX Runtime on the int8 model, one text per run.</summary>
    public static IReadOnlyList<GoldenText> OfInt8() => Read(Int8, idsAsText: null);

    /// <summary>The same texts, vectors computed in float64 from the fp32 weights; ids taken as text come from the other file.</summary>
    public static IReadOnlyList<GoldenText> OfFp32() => Read(Fp32, OfInt8().ToDictionary(text => text.Name, text => text.IdsAsText));

    /// <summary>Token vectors of the fp32 model pooled in each mode, not normalized.</summary>
    public static IEnumerable<(string Text, string Mode, float[] Vector)> Poolings()
    {
        using JsonDocument document = Parse(Fp32);
        JsonElement root = document.RootElement;
        Dictionary<string, string> texts = root.GetProperty("texts").EnumerateArray()
            .ToDictionary(text => text.GetProperty("name").GetString()!, text => text.GetProperty("text").GetString()!);
        foreach (JsonElement pooling in root.GetProperty("poolings").EnumerateArray())
        {
            foreach (JsonProperty mode in pooling.EnumerateObject().Where(property => property.Name is not ("name" or "ids")))
            {
                yield return (texts[pooling.GetProperty("name").GetString()!], mode.Name, Vector(mode.Value));
            }
        }
    }

    private static List<GoldenText> Read(string path, Dictionary<string, int[]>? idsAsText)
    {
        using JsonDocument document = Parse(path);
        List<GoldenText> texts = [];
        foreach (JsonElement text in document.RootElement.GetProperty("texts").EnumerateArray())
        {
            string name = text.GetProperty("name").GetString()!;
            int[] ids = Ids(text.GetProperty("ids"));
            int[] asText = idsAsText?[name] ?? (text.TryGetProperty("ids_as_text", out JsonElement given) ? Ids(given) : ids);
            bool same = ids.AsSpan().SequenceEqual(asText);
            float[]? vector = same ? Vector(text.GetProperty("vector"))
                : text.TryGetProperty("vector_as_text", out JsonElement other) ? Vector(other) : null;
            texts.Add(new(name, text.GetProperty("text").GetString()!, ids, asText, vector));
        }

        return texts;
    }

    private static JsonDocument Parse(string path)
    {
        string? file = SharedMaterial.Find(path);
        Assert.SkipUnless(file is not null, SharedMaterial.Missing);
        return JsonDocument.Parse(File.ReadAllBytes(file));
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    private static float[] Vector(JsonElement base64)
    {
        byte[] bytes = base64.GetBytesFromBase64();
        float[] vector = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return vector;
    }
}
