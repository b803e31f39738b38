using System.Text;
using System.Text.Json;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>Reads the hits of a sampling search: their texts and their vectors.</summary>
internal static class SampleReply
{
    /// <summary>The sample of a successful reply. Hits without a text or without a vector are left out.</summary>
    /// <param name="reply">The reply's body.</param>
    /// <param name="mapping">The vector field.</param>
    /// <param name="dimensions">Components of the query vector.</param>
    /// <param name="textFields">Fields of <c>_source</c> that hold the text, in their order.</param>
    /// <param name="limit">Most hits to take: a cluster may answer with more than it was asked for.</param>
    /// <exception cref="SampleException">A partial reply, no vectors to be had, or vectors of other dimensions.</exception>
    /// <exception cref="JsonException">Not a search reply.</exception>
    public static HitSample Read(ReadOnlyMemory<byte> reply, FieldMapping mapping, int dimensions, IReadOnlyList<string> textFields, int limit)
    {
        using JsonDocument document = JsonDocument.Parse(reply);
        JsonElement root = document.RootElement;
        if (IsPartial(root))
        {
            throw new SampleException(RefinementOutcome.UpstreamRefusedSample, "the sampling search timed out or failed on some shards");
        }

        if (!root.TryGetProperty("hits", out JsonElement outer) || !outer.TryGetProperty("hits", out JsonElement hits) || hits.ValueKind != JsonValueKind.Array)
        {
            throw new SampleException(RefinementOutcome.UpstreamRefusedSample, "the reply to the sampling search holds no hits array");
        }

        int capacity = Math.Min(hits.GetArrayLength(), limit);
        List<SampledHit> sampled = new(capacity);
        float[] vectors = new float[capacity * dimensions];
        int withoutVector = 0;
        foreach (JsonElement hit in hits.EnumerateArray())
        {
            if (sampled.Count == capacity)
            {
                break;
            }

            string text = Text(hit, textFields);
            if (text.Length == 0)
            {
                continue;
            }

            if (!ReadVector(hit, mapping.Field, vectors.AsSpan(sampled.Count * dimensions, dimensions)))
            {
                withoutVector++;
                continue;
            }

            sampled.Add(new SampledHit(
                hit.GetProperty("_id").GetString() ?? "",
                hit.GetProperty("_index").GetString() ?? "",
                hit.TryGetProperty("_score", out JsonElement score) && score.ValueKind == JsonValueKind.Number ? score.GetDouble() : 0,
                text));
        }

        if (sampled.Count < 2 && withoutVector > 0)
        {
            throw new SampleException(
                RefinementOutcome.VectorsUnavailable, $"the vectors of field '{mapping.Field}' cannot be read back from the hits: is the field excluded from what this caller may see?");
        }

        return new HitSample(sampled, vectors, dimensions);
    }

    private static bool IsPartial(JsonElement root) =>
        root.ValueKind != JsonValueKind.Object
        || (root.TryGetProperty("timed_out", out JsonElement timedOut) && timedOut.ValueKind == JsonValueKind.True)
        || (root.TryGetProperty("_shards", out JsonElement shards) && shards.TryGetProperty("failed", out JsonElement failed) && failed.GetInt32() > 0);

    private static string Text(JsonElement hit, IReadOnlyList<string> textFields)
    {
        if (!hit.TryGetProperty("_source", out JsonElement source))
        {
            return "";
        }

        StringBuilder text = new();
        foreach (string field in textFields)
        {
            AppendText(text, source, field);
        }

        return text.ToString();
    }

    /// <summary>A field of _source by its full name, whether its parents are objects or its name holds dots; lists give all their strings.</summary>
    private static void AppendText(StringBuilder text, JsonElement element, ReadOnlySpan<char> field)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    AppendText(text, item, field);
                }

                break;
            case JsonValueKind.Object when field.Length > 0:
                for (int end = field.Length; end > 0; end = field[..end].LastIndexOf('.'))
                {
                    if (element.TryGetProperty(field[..end], out JsonElement child))
                    {
                        AppendText(text, child, end == field.Length ? [] : field[(end + 1)..]);
                        return;
                    }
                }

                break;
            case JsonValueKind.String when field.Length == 0:
                string value = element.GetString()!;
                if (value.Length > 0)
                {
                    text.Append(text.Length > 0 ? "\n" : "").Append(value);
                }

                break;
        }
    }

    private static bool ReadVector(JsonElement hit, string field, Span<float> destination)
    {
        if (FindVector(hit, field) is not { ValueKind: JsonValueKind.Array } vector)
        {
            return false;
        }

        if (vector.GetArrayLength() == 1 && vector[0].ValueKind == JsonValueKind.Array)
        {
            vector = vector[0];
        }

        if (vector.GetArrayLength() != destination.Length)
        {
            throw new SampleException(
                RefinementOutcome.DimensionMismatch,
                $"the query vector has {destination.Length} dimensions but a hit of field '{field}' has {vector.GetArrayLength()}; check the embedding model");
        }

        int i = 0;
        foreach (JsonElement component in vector.EnumerateArray())
        {
            if (component.ValueKind != JsonValueKind.Number || !component.TryGetSingle(out destination[i]) || !float.IsFinite(destination[i]))
            {
                return false;
            }

            i++;
        }

        return destination.ContainsAnyExcept(0f);   // a vector of zeros points nowhere
    }

    /// <summary>Under <c>hits[].fields</c>, flat (<c>fields</c>) or one list deeper (<c>docvalue_fields</c>), or in <c>_source</c>.</summary>
    private static JsonElement? FindVector(JsonElement hit, string field) =>
        hit.TryGetProperty("fields", out JsonElement fields) && fields.TryGetProperty(field, out JsonElement vector) ? vector
        : hit.TryGetProperty("_source", out JsonElement source) ? Descend(source, field)
        : null;

    /// <summary>What a full name leads to, whether its parents are objects or its name holds dots.</summary>
    private static JsonElement? Descend(JsonElement element, ReadOnlySpan<char> field)
    {
        for (int end = field.Length; end > 0 && element.ValueKind == JsonValueKind.Object; end = field[..end].LastIndexOf('.'))
        {
            if (element.TryGetProperty(field[..end], out JsonElement child))
            {
                return end == field.Length ? child : Descend(child, field[(end + 1)..]);
            }
        }

        return null;
    }
}
