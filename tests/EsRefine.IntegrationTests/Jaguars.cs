using System.Text;
using System.Text.Json;
using EsRefine.Embedding;
using EsRefine.Judging;
using EsRefine.TestSupport.Engines;
using Microsoft.Extensions.AI;

namespace EsRefine.IntegrationTests;

/// <summary>Sentences with two meanings of one word, embedded by a real model: only a judge can tell which is meant.</summary>
internal static class Jaguars
{
    public const string QueryText = "How fast is a jaguar?";

    private static readonly string[] Animals =
    [
        "A jaguar sprints at up to 80 kilometers an hour, but only for a short distance.",
        "The big cat hunts by ambush rather than by long pursuit.",
        "Jaguars swim well and catch caimans in rivers.",
        "In the rainforest a jaguar's speed matters less than its stealth.",
        "A leopard is lighter and quicker than a jaguar in the trees.",
        "Cheetahs outrun every other cat over a few hundred meters.",
        "The jaguar's bite is the strongest of the big cats for its size.",
        "Prey such as deer and tapirs rarely escape a jaguar at close range.",
        "Biologists measured how quickly collared jaguars cross their territory.",
        "Young jaguars learn to chase prey beside their mother.",
    ];

    private static readonly string[] Cars =
    [
        "The Jaguar XJ220 reached 341 kilometers an hour and was the fastest production car of its day.",
        "A Jaguar F-Type takes four seconds from zero to one hundred.",
        "The Jaguar E-Type had a top speed of 240 kilometers an hour.",
        "The electric Jaguar I-Pace is limited to 200 kilometers an hour.",
        "Jaguar's supercharged V8 makes this sedan very fast.",
        "How quickly does the Jaguar XE accelerate on a wet road?",
        "The speed limiter of the Jaguar XF can be set from the wheel.",
        "Jaguar won at Le Mans with a car that was quick on the straight.",
        "The gearbox of a used Jaguar should shift without delay.",
        "A Jaguar dealer checks brakes and tires before a test drive.",
    ];

    /// <summary>A judge for which the animal is meant.</summary>
    public static JudgeSettings Judge { get; } = LabelFiles.Write("jaguars", QueryText, Enumerable.Range(0, Animals.Length).Select(static i => $"animal-{i}"));

    public static bool IsRelevant(string id) => id.StartsWith("animal-", StringComparison.Ordinal);

    /// <summary>Creates an index of the sentences and returns its name.</summary>
    public static async Task<string> IndexAsync(RunningEngine engine, IEmbeddingGenerator<string, Embedding<float>> model)
    {
        string index = engine.NewIndexName("jaguars");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"properties":{"text":{"type":"text"},"v":{"type":"dense_vector","dims":384,"similarity":"cosine","index_options":{"type":"hnsw"}}}}}
            """);
        string[] texts = [.. Animals, .. Cars];
        GeneratedEmbeddings<Embedding<float>> embeddings = await model.GenerateAsync(texts, EmbeddingPurposes.Document);
        StringBuilder bulk = new();
        for (int i = 0; i < texts.Length; i++)
        {
            string id = i < Animals.Length ? $"animal-{i}" : $"car-{i}";
            bulk.Append(JsonSerializer.Serialize(new { index = new { _id = id } })).Append('\n');
            bulk.Append(JsonSerializer.Serialize(new { text = texts[i], v = embeddings[i].Vector.ToArray() })).Append('\n');
        }

        await engine.SendAsync(HttpMethod.Post, $"/{index}/_bulk?refresh=true", bulk.ToString(), "application/x-ndjson");
        return index;
    }
}
