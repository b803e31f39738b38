using System.Text;
using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Stores;
using Microsoft.Extensions.Caching.Hybrid;

namespace EsRefine.Upstream;

/// <summary>
/// Caches mappings of vector fields for <see cref="Timeouts.MappingLifetime"/>. Concurrent lookups share one request; failures are not cached.
/// </summary>
/// <remarks>
/// Kept per caller: whether somebody may read a mapping, and which fields they see in it, is the cluster's to say. With <c>upstream.mappingAuthorization</c>
/// the sidecar reads what the cluster has shown the caller exists (<see cref="VisibleIndices"/>), and nothing else.
/// </remarks>
internal sealed class MappingCache(UpstreamClient upstream, UpstreamSettings settings, HybridCache cache)
{
    private static readonly HybridCacheEntryOptions Entry = new()
    {
        Expiration = Timeouts.MappingLifetime,
        LocalCacheExpiration = Timeouts.MappingLifetime,
        Flags = HybridCacheEntryFlags.DisableDistributedCache,
    };

    /// <summary>The mapping of a field.</summary>
    /// <param name="search">Index expression, query string and caller.</param>
    /// <param name="field">Vector field.</param>
    /// <param name="pointInTime">JSON of the search's <c>pit</c>, which replaces the index expression; empty if there is none.</param>
    /// <returns>The mapping, or the reason with a <see cref="MappingException"/>: the caller may not read it, or it has no such vector field.</returns>
    /// <exception cref="HttpRequestException">The cluster is unreachable.</exception>
    public async Task<Outcome<FieldMapping>> ReadAsync(
        SearchRequest search, string field, ReadOnlyMemory<byte> pointInTime, CancellationToken cancellationToken)
    {
        string scope = CallerHeaders.Scope(search.Headers);
        try
        {
            return pointInTime.IsEmpty
                ? await ReadOfIndicesAsync(search, field, scope, cancellationToken)
                : await ReadOfPointInTimeAsync(search, field, pointInTime, scope, cancellationToken);
        }
        catch (MappingException refused)   // an exception, because the cache stores whatever a lookup returns
        {
            return new NotRefined(RefinementOutcome.Unsupported, refused.Message, refused);
        }
    }

    private ValueTask<FieldMapping> ReadOfIndicesAsync(SearchRequest search, string field, string scope, CancellationToken cancellationToken)
    {
        string parameters = SearchParameters.Keep(search.QueryString, SearchParameters.IndexResolution);
        return cache.GetOrCreateAsync(
            CacheKey.Of("mapping", scope, search.Index, parameters, field),
            (this, search, field, parameters),
            static (state, token) => state.Item1.FetchAsync(state.search, state.search.Index, state.field, state.parameters, token),
            Entry,
            cancellationToken: cancellationToken);
    }

    private ValueTask<FieldMapping> ReadOfPointInTimeAsync(
        SearchRequest search, string field, ReadOnlyMemory<byte> pointInTime, string scope, CancellationToken cancellationToken)
    {
        SearchRequest caller = search.WithOwnHeaders();   // the headers of a caller who disconnects are gone before the second request is sent
        return cache.GetOrCreateAsync(
            CacheKey.Of("mapping", scope, "pit", Encoding.UTF8.GetString(pointInTime.Span), field),
            (this, caller, field, pit: pointInTime.ToArray()),
            static (state, token) => state.Item1.FetchOfPointInTimeAsync(state.caller, state.field, state.pit, token),
            Entry,
            cancellationToken: cancellationToken);
    }

    private async ValueTask<FieldMapping> FetchOfPointInTimeAsync(
        SearchRequest search, string field, ReadOnlyMemory<byte> pointInTime, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> indices = await PointInTimeIndices.ReadAsync(upstream, search, pointInTime, cancellationToken);
        string expression = string.Join(',', indices.Select(Uri.EscapeDataString));
        return await FetchAsync(search, expression, field, parameters: "", cancellationToken) with { Indices = indices };
    }

    private async ValueTask<FieldMapping> FetchAsync(
        SearchRequest search, string index, string field, string parameters, CancellationToken cancellationToken)
    {
        string path = index.Length > 0 ? "/" + index : "";
        IHeaderDictionary reader = search.Headers;
        IReadOnlySet<string>? visible = null;
        if (settings.MappingAuthorization is { } authorization)
        {
            visible = await VisibleIndices.ReadAsync(upstream, search, path, field, parameters, cancellationToken);
            reader = new HeaderDictionary { ["Authorization"] = authorization };
        }

        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Get, path + "/_mapping" + parameters, reader, default, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new MappingException(
                reply,
                reply.StatusCode is not (401 or 403) ? $"the mapping could not be read (status {reply.StatusCode})"
                    : visible is null ? "the caller may not read the mapping: give callers view_index_metadata, or set upstream.mappingAuthorization"
                    : "the account of upstream.mappingAuthorization may not read the mapping: give it view_index_metadata");
        }

        try
        {
            return MappingReader.Read(reply.Body, field, out string? reason, visible) ?? throw new MappingException(reply, reason!);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new MappingException(reply, "the cluster's reply to the mapping request is not a mapping");
        }
    }
}

/// <summary>A mapping could not be read or used. The message holds no document text. Outside this folder it appears only as the cause of an outcome.</summary>
internal sealed class MappingException(UpstreamReply reply, string message) : Exception(message)
{
    /// <summary>The cluster's reply.</summary>
    public UpstreamReply Reply { get; } = reply;
}
