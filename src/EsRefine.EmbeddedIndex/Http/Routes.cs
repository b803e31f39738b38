using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Finds the endpoint of a request. All endpoints of the embedded index are listed here.</summary>
internal sealed class Routes(IndexCatalog catalog, TimeProvider clock)
{
    /// <summary>
    /// Parameters that an endpoint reads, and parameters that have no effect here because writes are visible at once and there is one node and one shard.
    /// </summary>
    private static readonly HashSet<string> KnownParameters = new(StringComparer.Ordinal)
    {
        "_source", "_source_includes", "_source_excludes", "_source_exclude_vectors", "docvalue_fields", "from", "size", "track_total_hits", "op_type",
        "refresh", "ignore_unavailable", "format", "v",
        "allow_no_indices", "allow_partial_search_results", "batched_reduce_size", "ccs_minimize_roundtrips", "error_trace", "expand_wildcards",
        "filter_path", "human", "local", "master_timeout", "max_concurrent_shard_requests", "preference", "pre_filter_shard_size", "pretty",
        "realtime", "request_cache", "routing", "search_type", "timeout", "typed_keys", "wait_for_active_shards", "wait_for_status",
    };

    private readonly ClusterEndpoints _cluster = new(catalog);
    private readonly IndexEndpoints _indices = new(catalog, clock);
    private readonly DocumentEndpoints _documents = new(catalog, clock);
    private readonly SearchEndpoints _searches = new(catalog);

    /// <exception cref="ElasticsearchException">No endpoint matches, or the endpoint rejects the request.</exception>
    public Reply Answer(IndexRequest request)
    {
        if (Find(request.Segments) is not { } routes)
        {
            return Reply.Json(
                StatusCodes.Status400BadRequest,
                new JsonObject { ["error"] = $"no handler found for uri [{request.Path}] and method [{request.Method}]" });
        }

        if (routes.FirstOrDefault(route => route.Methods.Contains(request.Method)) is not { } route)
        {
            string allowed = string.Join(", ", routes.SelectMany(static route => route.Methods).Order(StringComparer.Ordinal));
            return Reply.Refused(
                StatusCodes.Status405MethodNotAllowed,
                $"Incorrect HTTP method for uri [{request.Path}] and method [{request.Method}], allowed: [{allowed}]");
        }

        if (request.Url.Keys.FirstOrDefault(static name => !KnownParameters.Contains(name)) is { } unknown)
        {
            throw ElasticsearchException.IllegalArgument($"request [{request.Path}] contains unrecognized parameter: [{unknown}]");
        }

        return route.Answer(request);
    }

    private Route[]? Find(string[] segments) => segments switch
    {
        [] => [new(["GET", "HEAD"], _ => ClusterEndpoints.Root())],
        ["_cluster", "health"] or ["_cluster", "health", _] => [new(["GET"], _ => _cluster.Health())],
        ["_cat", "indices"] => [new(["GET"], request => _cluster.CatIndices(request, null))],
        ["_cat", "indices", var index] => [new(["GET"], request => _cluster.CatIndices(request, index))],
        ["_bulk"] => [new(["POST", "PUT"], request => _documents.Bulk(request, null))],
        ["_search"] => [new(["GET", "POST"], request => _searches.Search(request, null))],
        ["_count"] => [new(["GET", "POST"], request => _searches.Count(request, null))],
        ["_refresh"] => [new(["GET", "POST"], request => _indices.Refresh(request, null))],
        ["_mapping"] => [new(["GET"], request => _indices.GetMapping(request, null))],
        ["_all"] => [new(["GET"], request => _indices.Get(request, "_all"))],
        [['_', ..], ..] => null,
        [var index] =>
        [
            new(["GET", "HEAD"], request => _indices.Get(request, index)),
            new(["PUT"], request => _indices.Create(request, index)),
            new(["DELETE"], request => _indices.Delete(request, index)),
        ],
        [var index, "_mapping"] =>
        [
            new(["GET"], request => _indices.GetMapping(request, index)),
            new(["PUT", "POST"], request => _indices.PutMapping(request, index)),
        ],
        [var index, "_mapping", "field", var fields] => [new(["GET"], request => _indices.GetFieldMapping(request, index, fields))],
        [var index, "_refresh"] => [new(["GET", "POST"], request => _indices.Refresh(request, index))],
        [var index, "_bulk"] => [new(["POST", "PUT"], request => _documents.Bulk(request, index))],
        [var index, "_search"] => [new(["GET", "POST"], request => _searches.Search(request, index))],
        [var index, "_count"] => [new(["GET", "POST"], request => _searches.Count(request, index))],
        [var index, "_doc"] => [new(["POST"], request => _documents.Put(request, index, DocumentIndex.NewId(), mustBeNew: true))],
        [var index, "_create", var id] => [new(["PUT", "POST"], request => _documents.Put(request, index, id, mustBeNew: true))],
        [var index, "_doc", var id] =>
        [
            new(["GET", "HEAD"], request => _documents.Get(request, index, id)),
            new(["PUT", "POST"], request => _documents.Put(request, index, id, mustBeNew: request.Url["op_type"] == "create")),
            new(["DELETE"], request => _documents.Delete(request, index, id)),
        ],
        _ => null,
    };

    private sealed record Route(string[] Methods, Func<IndexRequest, Reply> Answer);
}
