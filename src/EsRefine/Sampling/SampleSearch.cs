using System.Text.Json;
using EsRefine.Judging;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>The sampling search: one clause alone, its filters and those around it. Its hits bring the texts to judge and the vectors to learn from.</summary>
internal static class SampleSearch
{
    /// <summary>The body of the sampling search: what its shape asks for, with the parts of the client's search that decide which documents it sees.</summary>
    /// <param name="plan">What to sample.</param>
    /// <param name="reading">How to ask for the vectors.</param>
    public static byte[] Write(SamplePlan plan, VectorReading reading)
    {
        using MemoryStream stream = new((plan.Dimensions * 12) + 1024);
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("from", 0);
            json.WriteNumber("size", plan.Size);
            json.WriteBoolean("track_total_hits", false);
            plan.Shape.Write(json, plan, reading);
            CopyIfPresent(json, "pit", plan.Recognized.PointInTime);
            CopyIfPresent(json, "search_pipeline", plan.Recognized.SearchPipeline);
            CopyIfPresent(json, "runtime_mappings", plan.Recognized.RuntimeMappings);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

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

            string text = plan.Shape.TextOf(hit, plan);
            if (text.Length == 0)
            {
                continue;
            }

            if (reading != VectorReading.Embedding)
            {
                int? otherDimensions = null;
                bool isRead = plan.Shape.VectorOf(hit, plan, reading) is { } vector && StoredVector.TryRead(
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

    /// <summary>The array of hits in a reply, or in the inner hits of one hit.</summary>
    public static bool TryGetHits(JsonElement reply, out JsonElement hits)
    {
        hits = default;
        return reply.TryGetProperty("hits", out JsonElement outer) && outer.TryGetProperty("hits", out hits) && hits.ValueKind == JsonValueKind.Array;
    }

    private static bool IsPartial(JsonElement root) =>
        root.ValueKind != JsonValueKind.Object
        || (root.TryGetProperty("timed_out", out JsonElement timedOut) && timedOut.ValueKind == JsonValueKind.True)
        || (root.TryGetProperty("_shards", out JsonElement shards) && shards.TryGetProperty("failed", out JsonElement failed) && failed.GetInt32() > 0);

    private static void CopyIfPresent(Utf8JsonWriter json, string name, BodySlice bytes)
    {
        if (!bytes.IsMissing)
        {
            json.WriteCopy(name, bytes);
        }
    }
}
