using System.Text.Json;
using EsRefine.Judging;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>Reads the hits of a sampling search: their texts and their vectors.</summary>
internal static class SampleReply
{
    /// <summary>Reads a successful reply. Hits without a text or without a vector are left out.</summary>
    /// <param name="reply">The reply's body.</param>
    /// <param name="plan">What was asked for; a cluster may answer with more hits than that.</param>
    /// <param name="reading">How the vectors were asked for; with <see cref="VectorReading.Embedding"/> none are read: the rows stay 0.</param>
    /// <param name="withoutVector">Hits that were left out because their vector could not be read.</param>
    /// <returns>The sample, or the reason: a partial reply, or vectors of other dimensions.</returns>
    /// <exception cref="JsonException">Not a search reply.</exception>
    public static Outcome<HitSample> Read(ReadOnlyMemory<byte> reply, SamplePlan plan, VectorReading reading, out int withoutVector)
    {
        withoutVector = 0;
        using JsonDocument document = JsonDocument.Parse(reply);
        JsonElement root = document.RootElement;
        if (IsPartial(root))
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, "the sampling search timed out or failed on some shards");
        }

        if (!TryGetHits(root, out JsonElement hits))
        {
            return new NotRefined(RefinementOutcome.UpstreamRefusedSample, "the reply to the sampling search holds no hits array");
        }

        int capacity = Math.Min(hits.GetArrayLength(), plan.Size);
        List<SampledHit> sampled = new(capacity);
        float[] vectors = new float[capacity * plan.Dimensions];
        foreach (JsonElement hit in hits.EnumerateArray())
        {
            if (sampled.Count == capacity)
            {
                break;
            }

            JsonElement passage = PassageOf(hit, plan);
            string text = TextOf(hit, passage, plan);
            if (text.Length == 0)
            {
                continue;
            }

            if (reading != VectorReading.Embedding)
            {
                int? otherDimensions = null;
                bool isRead = VectorOf(hit, passage, plan.Mapping, reading) is { } vector && StoredVector.TryRead(
                    vector, plan.Mapping.VectorType, vectors.AsSpan(sampled.Count * plan.Dimensions, plan.Dimensions), out otherDimensions);
                if (otherDimensions is { } found)
                {
                    return OtherDimensions(plan.Mapping, plan.Dimensions, found);
                }

                if (!isRead)
                {
                    withoutVector++;
                    continue;
                }
            }

            sampled.Add(new SampledHit(
                hit.GetProperty("_id").GetString() ?? "",
                hit.GetProperty("_index").GetString() ?? "",
                hit.TryGetProperty("_score", out JsonElement score) && score.ValueKind == JsonValueKind.Number ? score.GetDouble() : 0,
                reading == VectorReading.Embedding ? text : JudgePrompt.Start(text)));   // no judge reads more, and the sample is held as long as it judges
        }

        return new HitSample(sampled, vectors, plan.Dimensions);
    }

    /// <summary>The reason where a stored vector has other dimensions than the query vector.</summary>
    public static NotRefined OtherDimensions(FieldMapping mapping, int ofQuery, int ofHit) => new(
        RefinementOutcome.DimensionMismatch,
        $"the query vector has {ofQuery} dimensions but a hit of field '{mapping.Field}' has {ofHit}; check the embedding model");

    private static bool IsPartial(JsonElement root) =>
        root.ValueKind != JsonValueKind.Object
        || (root.TryGetProperty("timed_out", out JsonElement timedOut) && timedOut.ValueKind == JsonValueKind.True)
        || (root.TryGetProperty("_shards", out JsonElement shards) && shards.TryGetProperty("failed", out JsonElement failed) && failed.GetInt32() > 0);

    private static bool TryGetHits(JsonElement reply, out JsonElement hits)
    {
        hits = default;
        return reply.TryGetProperty("hits", out JsonElement outer) && outer.TryGetProperty("hits", out hits) && hits.ValueKind == JsonValueKind.Array;
    }

    /// <summary>The hit's best passage; the hit itself where it holds the vector.</summary>
    private static JsonElement PassageOf(JsonElement hit, SamplePlan plan) =>
        plan.PassagePath is { } path
        && hit.TryGetProperty("inner_hits", out JsonElement innerHits) && innerHits.TryGetProperty(path, out JsonElement inner)
        && TryGetHits(inner, out JsonElement passages) && passages.GetArrayLength() > 0
            ? passages[0]
            : hit;

    private static string TextOf(JsonElement hit, JsonElement passage, SamplePlan plan)
    {
        List<string> strings = [];
        foreach (string field in plan.TextFields)
        {
            if (plan.IsOfChunk(field))
            {
                if (hit.TryGetProperty("highlight", out JsonElement highlight))
                {
                    SourcePath.CollectStrings(highlight, field, strings);
                }

                continue;
            }

            // The _source of a passage begins at the passage.
            bool isOfPassage = plan.IsOfPassage(field);
            if ((isOfPassage ? passage : hit).TryGetProperty("_source", out JsonElement source))
            {
                SourcePath.CollectStrings(source, isOfPassage ? field.AsSpan(plan.PassagePath!.Length + 1) : field, strings);
            }
        }

        return string.Join('\n', strings);
    }

    private static JsonElement? VectorOf(JsonElement hit, JsonElement passage, FieldMapping mapping, VectorReading reading) =>
        reading == VectorReading.Source
            ? hit.TryGetProperty("_source", out JsonElement source) ? SourceVector(source, mapping, passage) : null
            : passage.TryGetProperty("fields", out JsonElement fields) && fields.TryGetProperty(mapping.Field, out JsonElement vector) ? vector : null;

    /// <summary>The vector in the hit's whole <c>_source</c>, of a passage by its place in the lists of passages.</summary>
    private static JsonElement? SourceVector(JsonElement source, FieldMapping mapping, JsonElement passage)
    {
        JsonElement? place = source;
        ReadOnlySpan<char> field = mapping.Field;
        for (JsonElement nested = passage; place is { } outer && nested.TryGetProperty("_nested", out nested);)
        {
            string path = nested.GetProperty("field").GetString()!;
            int offset = nested.GetProperty("offset").GetInt32();
            place = SourcePath.Find(outer, path) switch
            {
                { ValueKind: JsonValueKind.Array } list when offset < list.GetArrayLength() => list[offset],
                { ValueKind: JsonValueKind.Object } only when offset == 0 => only,
                _ => null,
            };
            field = field.Length > path.Length ? field[(path.Length + 1)..] : field;
        }

        return place is { } holder ? SourcePath.Find(holder, field) : null;
    }
}
