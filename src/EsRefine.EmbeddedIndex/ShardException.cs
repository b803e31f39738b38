using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex;

/// <summary>A search that is valid but could not run on an index: <c>search_phase_execution_exception</c>, <c>all shards failed</c>.</summary>
/// <param name="index">Name of the index whose one shard failed.</param>
/// <param name="phase"><c>query</c>, or <c>dfs</c> for a top-level <c>knn</c> section.</param>
/// <param name="failure">The error of the shard.</param>
internal sealed class ShardException(string index, string phase, ElasticsearchException failure)
    : ElasticsearchException(failure.Status, "search_phase_execution_exception", "all shards failed")
{
    public override JsonObject ToJson()
    {
        JsonObject error = new()
        {
            ["root_cause"] = new JsonArray(failure.Describe(withCause: false)),
            ["type"] = Type,
            ["reason"] = Reason,
            ["phase"] = phase,
            ["grouped"] = true,
            ["failed_shards"] = new JsonArray(new JsonObject
            {
                ["shard"] = 0,
                ["index"] = index,
                ["node"] = EmbeddedIndexServer.NodeName,
                ["reason"] = failure.Describe(withCause: true),
            }),
        };
        if (failure.Type == "illegal_argument_exception")
        {
            error["caused_by"] = new JsonObject
            {
                ["type"] = failure.Type,
                ["reason"] = failure.Reason,
                ["caused_by"] = failure.Describe(withCause: true),
            };
        }

        return error;
    }
}
