using System.Text;
using System.Text.Json;
using EsRefine.Caching;
using EsRefine.Configuration;
using EsRefine.Recognition;
using Microsoft.Extensions.Caching.Hybrid;

namespace EsRefine.Upstream;

/// <summary>Mappings of vector fields, kept for a minute; look-ups in flight are joined, failures are not kept.</summary>
/// <remarks>
/// Kept per caller: whether somebody may read a mapping, and which fields they see in it, is the cluster's to say. With <c>upstream.mappingAuthorization</c>
/// the sidecar reads for all of them.
/// </remarks>
internal sealed class MappingCache(UpstreamClient upstream, UpstreamSettings settings, HybridCache cache)
{
    private static readonly HybridCacheEntryOptions Entry = new()
    {
        Expiration = TimeSpan.FromMinutes(1),
        LocalCacheExpiration = TimeSpan.FromMinutes(1),
        Flags = HybridCacheEntryFlags.DisableDistributedCache,
    };

    /// <summary>What the mapping says of a field.</summary>
    /// <param name="search">Index expression, query string and caller.</param>
    /// <param name="field">Vector field.</param>
    /// <param name="pointInTime">JSON of the search's <c>pit</c>, which names indices in the place of an expression; empty where there is none.</param>
    /// <exception cref="MappingException">The caller may not read it, or it holds no such vector field.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public ValueTask<FieldMapping> ReadAsync(SearchRequest search, string field, ReadOnlyMemory<byte> pointInTime, CancellationToken cancellationToken)
    {
        string scope = settings.MappingAuthorization is null ? CallerHeaders.Scope(search.Headers) : "";
        string parameters = SearchParameters.Keep(search.QueryString, SearchParameters.IndexResolution);
        if (!pointInTime.IsEmpty)
        {
            string key = CacheKey.Of("mapping", scope, "pit", Encoding.UTF8.GetString(pointInTime.Span), field);
            SearchRequest caller = search.Detach();   // two requests, and by the second a caller who left may have taken their headers along
            byte[] pit = pointInTime.ToArray();
            return cache.GetOrCreateAsync(
                key,
                (this, caller, field, pit),
                static (state, token) => state.Item1.FetchAsync(state.caller, state.field, state.pit, token),
                Entry,
                cancellationToken: cancellationToken);
        }

        return cache.GetOrCreateAsync(
            CacheKey.Of("mapping", scope, search.Index, parameters, field),
            (this, search, field, parameters),
            static (state, token) => state.Item1.FetchAsync(state.search, state.search.Index, state.field, state.parameters, token),
            Entry,
            cancellationToken: cancellationToken);
    }

    private async ValueTask<FieldMapping> FetchAsync(SearchRequest search, string field, ReadOnlyMemory<byte> pointInTime, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> indices = await PointInTimeIndices.ReadAsync(upstream, search, pointInTime, cancellationToken);
        return await FetchAsync(search, string.Join(',', indices.Select(Uri.EscapeDataString)), field, parameters: "", cancellationToken) with { Indices = indices };
    }

    private async ValueTask<FieldMapping> FetchAsync(
        SearchRequest search, string index, string field, string parameters, CancellationToken cancellationToken)
    {
        string path = index.Length > 0 ? $"/{index}/_mapping" : "/_mapping";
        IHeaderDictionary caller = settings.MappingAuthorization is { } authorization ? new HeaderDictionary { ["Authorization"] = authorization } : search.Headers;
        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Get, path + parameters, caller, default, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new MappingException(
                reply,
                reply.StatusCode is 401 or 403
                    ? "the caller may not read the mapping: give callers view_index_metadata, or set upstream.mappingAuthorization"
                    : $"the mapping could not be read (status {reply.StatusCode})");
        }

        try
        {
            return MappingReader.Read(reply.Body, field, out string? reason) ?? throw new MappingException(reply, reason!);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MappingException(reply, "the cluster's answer to the mapping request is not a mapping");
        }
    }
}

/// <summary>There is no mapping to refine by. The message holds no document text.</summary>
internal sealed class MappingException(UpstreamReply reply, string message) : Exception(message)
{
    /// <summary>What the cluster answered.</summary>
    public UpstreamReply Reply { get; } = reply;
}
