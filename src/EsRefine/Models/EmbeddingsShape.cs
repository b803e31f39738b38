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

    /// <summary>
    /// The member that holds the texts of a request to this path; null where the path is no endpoint for embeddings. Paths with segments that a server may
    /// resolve (<c>..</c>, escapes) are none: another path may be meant.
    /// </summary>
    public static string? TextMember(ReadOnlySpan<char> path)
    {
        if (path.ContainsAny("%\\;") || path.Contains("/..", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal))
        {
            return null;
        }

        path = path.TrimEnd('/');
        int slash = path.LastIndexOf('/');
        ReadOnlySpan<char> last = path[(slash + 1)..];
        bool isOllama = slash >= 0 && (path[..slash] is "/api" || path[..slash].EndsWith("/api", StringComparison.Ordinal));
        return last switch
        {
            "embed" => isOllama ? "input" : "inputs",
            "embeddings" => isOllama ? "prompt" : "input",
            _ => null,
        };
    }

    /// <summary>Most bytes that reading JSON takes beside the JSON itself: a few for each value, and values stand between commas.</summary>
    public static long ReadingCost(ReadOnlySpan<byte> json) => 24L * (json.Count((byte)',') + 1);

    /// <summary>The texts of a request in order; none where it holds other things, tokens for example, or where more than one member could hold them.</summary>
    /// <param name="json">The body.</param>
    /// <param name="member">The member that holds the texts: <see cref="TextMember"/>.</param>
    public static IReadOnlyList<string> Texts(ReadOnlyMemory<byte> json, string member) => Parse(json, request =>
    {
        // Some servers read names in any case, and the last of two: what cannot be told apart here is not remembered.
        JsonProperty[] candidates = request.ValueKind != JsonValueKind.Object ? []
            : [.. request.EnumerateObject().Where(static property => TextNames.Contains(property.Name, StringComparer.OrdinalIgnoreCase))];
        if (candidates is not [{ } only] || only.Name != member)
        {
            return (string[])[];
        }

        JsonElement input = only.Value;
        return input.ValueKind switch
        {
            JsonValueKind.String => [input.GetString()!],
            JsonValueKind.Array when input.EnumerateArray().All(static text => text.ValueKind == JsonValueKind.String) =>
                [.. input.EnumerateArray().Select(static text => text.GetString()!)],
            _ => [],
        };
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
