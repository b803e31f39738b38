using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>Fetches the vector that a <c>query_vector_builder.lookup</c> names, with the caller's credentials.</summary>
internal sealed class VectorLookups(UpstreamClient upstream)
{
    /// <summary>The vector of the document, read as one of the field that it is compared with.</summary>
    /// <returns>The vector, or the reason: there is no such document, it may not be read, or it holds no such vector.</returns>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public async Task<Outcome<float[]>> FetchAsync(SearchRequest search, VectorLookup lookup, FieldMapping mapping, CancellationToken cancellationToken)
    {
        string routing = lookup.Routing is { } value ? "?routing=" + Uri.EscapeDataString(value) : "";
        UpstreamReply reply = await upstream.SendAsync(
            HttpMethod.Post, $"/{Uri.EscapeDataString(lookup.Index)}/_search{routing}", search.Headers, Request(lookup), cancellationToken);
        float[] vector = new float[mapping.Dimensions ?? 0];
        int? otherDimensions = null;
        return reply.IsSuccess && IsRead(reply, lookup, mapping, vector, out otherDimensions) ? vector
            : otherDimensions is { } found ? SampleSearch.OtherDimensions(mapping, vector.Length, found)
            : new NotRefined(RefinementOutcome.VectorsUnavailable, $"the vector to look up in index '{lookup.Index}' cannot be read");
    }

    // Every version with lookup (9.4) has docvalue_fields of vectors (8.17).
    private static byte[] Request(VectorLookup lookup) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        size = 1,
        _source = false,
        query = new { ids = new { values = new[] { lookup.Id } } },
        docvalue_fields = new[] { lookup.Path },
    });

    private static bool IsRead(UpstreamReply reply, VectorLookup lookup, FieldMapping mapping, Span<float> vector, out int? otherDimensions)
    {
        otherDimensions = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement hits = document.RootElement.GetProperty("hits").GetProperty("hits");
            return hits.GetArrayLength() > 0
                && hits[0].TryGetProperty("fields", out JsonElement fields)
                && fields.TryGetProperty(lookup.Path, out JsonElement value)
                && StoredVector.TryRead(value, mapping.VectorType, vector, out otherDimensions);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }
}
