using System.Buffers.Binary;
using System.Text.Json;
using EsRefine.Remembering;

namespace EsRefine.Models;

/// <summary>Reads the texts of an embeddings request and the vectors of its reply, in the formats of common embedding servers.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>OpenAI and what is compatible with it: <c>input</c> → <c>data[].embedding</c> by <c>index</c>, numbers or little-endian Base64.</item>
/// <item>Ollama <c>/api/embed</c>: <c>input</c> → <c>embeddings</c>; <c>/api/embeddings</c>: <c>prompt</c> → <c>embedding</c>.</item>
/// <item>Text Embeddings Inference <c>/embed</c>: <c>inputs</c> → an array of vectors.</item>
/// </list>
/// </remarks>
internal static class EmbeddingsShape
{
    private static readonly string[] TextNames = ["input", "inputs", "prompt"];

    /// <summary>Whether the method and path are those of an embeddings request. The body decides whether it is one.</summary>
    public static bool IsEndpoint(string method, ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> last = path[(path.LastIndexOf('/') + 1)..];
        return HttpMethods.IsPost(method) && last is "embeddings" or "embed";
    }

    /// <summary>The texts of a request in order. Empty if its input is anything else, tokens for example.</summary>
    public static IReadOnlyList<string> Texts(ReadOnlyMemory<byte> json) => Parse(json, static request =>
    {
        foreach (string name in TextNames)
        {
            if (request.ValueKind == JsonValueKind.Object && request.TryGetProperty(name, out JsonElement input))
            {
                return input.ValueKind switch
                {
                    JsonValueKind.String => [input.GetString()!],
                    JsonValueKind.Array when input.EnumerateArray().All(static text => text.ValueKind == JsonValueKind.String) =>
                        [.. input.EnumerateArray().Select(static text => text.GetString()!)],
                    _ => [],
                };
            }
        }

        return (string[])[];
    });

    /// <summary>The vectors of a reply, each with its text. Empty if the format is unknown or the reply does not have one vector for each text.</summary>
    public static IReadOnlyList<HandedOutVector> Vectors(ReadOnlyMemory<byte> json, IReadOnlyList<string> texts) => Parse(json, reply =>
    {
        JsonElement[] items = reply.ValueKind switch
        {
            JsonValueKind.Array => [.. reply.EnumerateArray()],
            JsonValueKind.Object when reply.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array => [.. data.EnumerateArray()],
            JsonValueKind.Object when reply.TryGetProperty("embeddings", out JsonElement vectors) && vectors.ValueKind == JsonValueKind.Array =>
                [.. vectors.EnumerateArray()],
            JsonValueKind.Object => [reply],
            _ => [],
        };
        if (items.Length != texts.Count)
        {
            return [];
        }

        List<HandedOutVector> handedOut = [];
        HashSet<int> places = [];
        for (int i = 0; i < items.Length; i++)
        {
            JsonElement item = items[i];
            int index = i;
            if (item.ValueKind == JsonValueKind.Object)
            {
                bool isIndexed = !item.TryGetProperty("index", out JsonElement said) || (said.TryGetInt32(out index) && index >= 0 && index < texts.Count);
                if (!isIndexed || !item.TryGetProperty("embedding", out item))
                {
                    continue;
                }
            }

            if (!places.Add(index))
            {
                return [];   // with repeated or missing indexes, vectors cannot be assigned to texts
            }

            if (Vector(item) is { } vector)
            {
                handedOut.Add(new(texts[index], vector));
            }
        }

        return (IReadOnlyList<HandedOutVector>)handedOut;
    });

    private static float[]? Vector(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return json.TryGetBytesFromBase64(out byte[]? bytes) && bytes.Length % sizeof(float) == 0 ? Floats(bytes) : null;
        }

        if (json.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        float[] vector = new float[json.GetArrayLength()];
        int i = 0;
        foreach (JsonElement number in json.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out vector[i++]))
            {
                return null;
            }
        }

        return vector;
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        float[] vector = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }

        return vector;
    }

    /// <summary>Parses and reads JSON. Empty if it is invalid or holds a lone surrogate.</summary>
    private static IReadOnlyList<T> Parse<T>(ReadOnlyMemory<byte> json, Func<JsonElement, IReadOnlyList<T>> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }
}
