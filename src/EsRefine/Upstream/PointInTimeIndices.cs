using System.Text.Json;

namespace EsRefine.Upstream;

/// <summary>
/// Finds the indices of a point in time. Its id is opaque and the search names no indices, so the cluster is asked with a search that returns no hits and has
/// the caller's identity.
/// </summary>
internal static class PointInTimeIndices
{
    /// <summary>Most indices of a point in time; searches of a larger one are not refined.</summary>
    private const int Most = 64;

    /// <summary>Sorted names of the indices that hold documents.</summary>
    /// <exception cref="MappingException">The cluster refused, the point in time is empty, or it has more than <see cref="Most"/> indices.</exception>
    /// <exception cref="HttpRequestException">The cluster is unreachable.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        UpstreamClient upstream, SearchRequest search, ReadOnlyMemory<byte> pointInTime, CancellationToken cancellationToken)
    {
        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Post, "/_search", search.Headers, Write(pointInTime.Span), cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new MappingException(reply, $"the indices of the point in time could not be read (status {reply.StatusCode})");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement buckets = document.RootElement.GetProperty("aggregations").GetProperty("indices").GetProperty("buckets");
            string[] names = [.. buckets.EnumerateArray().Select(static bucket => bucket.GetProperty("key").GetString()!).Order(StringComparer.Ordinal)];
            return names.Length is > 0 and <= Most ? names : throw new MappingException(reply, $"the point in time has no indices, or more than {Most}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new MappingException(reply, "the cluster's reply to a search of the point in time is not a search reply");
        }
    }

    private static byte[] Write(ReadOnlySpan<byte> pointInTime)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WritePropertyName("pit");
            json.WriteRawValue(pointInTime, skipInputValidation: true);
            json.WriteNumber("size", 0);
            json.WriteBoolean("track_total_hits", false);
            json.WritePropertyName("aggs");
            json.WriteRawValue($$$"""{"indices":{"terms":{"field":"_index","size":{{{Most + 1}}} } } }""");
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
