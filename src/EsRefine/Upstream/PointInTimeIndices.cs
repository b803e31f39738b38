using System.Text;
using System.Text.Json;
using EsRefine.Caching;
using EsRefine.Recognition;
using Microsoft.Extensions.Caching.Hybrid;

namespace EsRefine.Upstream;

/// <summary>Which indices a point in time is of: a search that names one names no index, yet its mapping and its target are those of certain indices.</summary>
internal sealed class PointInTimeIndices(UpstreamClient upstream, HybridCache cache)
{
    /// <summary>More names than this make no URL that a cluster takes: 4 kB by default.</summary>
    private const int MaxExpressionLength = 2_000;

    private const string IndicesAggregation = ""","size":0,"track_total_hits":false,"aggs":{"indices":{"terms":{"field":"_index","size":100}}}}""";

    private static readonly HybridCacheEntryOptions Entry = new()
    {
        Expiration = TimeSpan.FromMinutes(5),
        LocalCacheExpiration = TimeSpan.FromMinutes(5),
        Flags = HybridCacheEntryFlags.DisableDistributedCache,
    };

    /// <summary>The search with the indices of its point in time for an index expression; as it is where it has none, or they cannot be had.</summary>
    /// <param name="search">A search whose body names a point in time.</param>
    /// <param name="range">JSON of its <c>pit</c>.</param>
    /// <param name="deadline">Past it the search stays as it is.</param>
    public async ValueTask<SearchRequest> ResolveAsync(SearchRequest search, ByteRange range, Deadline deadline)
    {
        string pointInTime = Encoding.UTF8.GetString(range.Of(search.Body.Span));
        try
        {
            string key = CacheKey.Of("pit", CallerHeaders.Scope(search.Headers), pointInTime);
            string indices = await cache.GetOrCreateAsync(
                key, (this, search.Headers, pointInTime), static (state, token) => state.Item1.FetchAsync(state.Headers, state.pointInTime, token), Entry,
                cancellationToken: deadline.Token);
            return search with { Index = indices };
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException
            || (exception is OperationCanceledException && deadline.HasPassed))
        {
            return search;
        }
    }

    private async ValueTask<string> FetchAsync(IHeaderDictionary caller, string pointInTime, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes("""{"pit":""" + pointInTime + IndicesAggregation);
        UpstreamReply reply = await upstream.SendAsync(HttpMethod.Post, "/_search", caller, body, cancellationToken);
        if (!reply.IsSuccess)
        {
            throw new InvalidOperationException($"the indices of a point in time could not be read (status {reply.StatusCode})");
        }

        using JsonDocument document = JsonDocument.Parse(reply.Body);
        JsonElement indices = document.RootElement.GetProperty("aggregations").GetProperty("indices");
        string expression = string.Join(',', indices.GetProperty("buckets").EnumerateArray().Select(static bucket => Uri.EscapeDataString(bucket.GetProperty("key").GetString()!)));
        return expression.Length is > 0 and <= MaxExpressionLength && indices.GetProperty("sum_other_doc_count").GetInt64() == 0
            ? expression
            : throw new InvalidOperationException("the indices of a point in time are none, or too many to name");
    }
}
