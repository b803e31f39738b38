using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>Writes the sampling search: one clause alone, its filters and those around it, the texts to judge and the vectors to learn from.</summary>
internal static class SampleRequest
{
    /// <summary>The body of the sampling search: what its shape asks for, within what the client's search says of its documents.</summary>
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

    private static void CopyIfPresent(Utf8JsonWriter json, string name, BodySlice bytes)
    {
        if (!bytes.IsMissing)
        {
            json.WriteCopy(name, bytes);
        }
    }
}
