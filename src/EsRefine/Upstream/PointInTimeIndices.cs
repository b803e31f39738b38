using System.Text.Json;

namespace EsRefine.Upstream;

/// <summary>
/// Which indices a point in time is of. Its id is opaque and the search names none, and a mapping of all indices would be another than theirs, so the cluster
/// is asked, as the caller, with a search that brings no hits.
/// </summary>
internal static class PointInTimeIndices
{
    /// <summary>A point in time of more indices is not refined.</summary>
    private const int Most = 64;

    /// <summary>Names of the indices that hold documents, in order.</summary>
    /// <exception cref="MappingException">The cluster refused, the point in time is empty, or it is of more indices than are looked at.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
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
            return names.Length is > 0 and <= Most ? names : throw new MappingException(reply, $"the point in time is of no index, or of more than {Most}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new MappingException(reply, "the cluster's answer to a search of the point in time is not a search reply");
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
