using System.Text;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Endpoints that describe the node and its indices.</summary>
internal sealed class ClusterEndpoints(IndexCatalog catalog)
{
    /// <summary>The version whose replies the embedded index was compared with.</summary>
    private const string Version = "9.4.3";

    private static readonly string[] Columns = ["health", "status", "index", "uuid", "pri", "rep", "docs.count", "docs.deleted"];

    public static Reply Root() => Reply.Ok(new JsonObject
    {
        ["name"] = EmbeddedIndexServer.NodeName,
        ["cluster_name"] = EmbeddedIndexServer.NodeName,
        ["cluster_uuid"] = "_na_",
        ["version"] = new JsonObject
        {
            ["number"] = Version,
            ["build_flavor"] = "default",
            ["build_type"] = "embedded",
            ["build_hash"] = "unknown",
            ["build_date"] = "2026-06-25T14:04:34.316306228Z",
            ["build_snapshot"] = false,
            ["lucene_version"] = "10.4.0",
            ["minimum_wire_compatibility_version"] = "8.19.0",
            ["minimum_index_compatibility_version"] = "8.0.0",
        },
        ["tagline"] = "You Know, for Search",
    });

    public Reply Health()
    {
        int shards = catalog.Read(static indices => indices.Resolve(null).Count);
        return Reply.Ok(new JsonObject
        {
            ["cluster_name"] = EmbeddedIndexServer.NodeName,
            ["status"] = "green",
            ["timed_out"] = false,
            ["number_of_nodes"] = 1,
            ["number_of_data_nodes"] = 1,
            ["active_primary_shards"] = shards,
            ["active_shards"] = shards,
            ["relocating_shards"] = 0,
            ["initializing_shards"] = 0,
            ["unassigned_shards"] = 0,
            ["unassigned_primary_shards"] = 0,
            ["delayed_unassigned_shards"] = 0,
            ["number_of_pending_tasks"] = 0,
            ["number_of_in_flight_fetch"] = 0,
            ["task_max_waiting_in_queue_millis"] = 0,
            ["active_shards_percent_as_number"] = 100.0,
        });
    }

    /// <summary>Lists indices without store sizes, because nothing is stored on disk.</summary>
    public Reply CatIndices(IndexRequest request, string? expression)
    {
        string[][] rows = catalog.Read(indices => indices.Resolve(expression).Select(Row).ToArray());
        if (request.Url["format"] == "json")
        {
            return Reply.Json(
                StatusCodes.Status200OK,
                new JsonArray([.. rows.Select(row => new JsonObject(Columns.Zip(row, static (name, value) => KeyValuePair.Create(name, (JsonNode?)value))))]));
        }

        string[][] lines = request.Url.ContainsKey("v") ? [Columns, .. rows] : rows;
        StringBuilder text = new();
        foreach (string[] line in lines)
        {
            IEnumerable<string> cells = line.Select((cell, column) => cell.PadRight(lines.Max(other => other[column].Length)));
            text.AppendJoin(' ', cells).Append('\n');
        }

        return new Reply(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(text.ToString())) { ContentType = "text/plain; charset=UTF-8" };
    }

    private static string[] Row(DocumentIndex index) =>
        ["green", "open", index.Name, index.Uuid, "1", "0", $"{index.Count}", $"{index.Deleted}"];
}
