using System.Text.Json;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>Compares two replies to one request, key by key, and lists unexpected differences.</summary>
internal static class JsonComparison
{
    /// <summary>Members that differ between runs: times, generated names, results of thread order, addresses, and the cluster's other activity.</summary>
    private static readonly HashSet<string> ByNature =
    [
        "took", "creation_date", "creation_time", "_scroll_id", "pit_id", "id", "uuid", "index_uuid", "_seq_no", "publish_address", "bound_address",
        "number_of_pending_tasks", "number_of_in_flight_fetch", "task_max_waiting_in_queue_millis",
    ];

    /// <summary>Differences of two replies that must be equal.</summary>
    public static IEnumerable<string> Differences(JsonElement one, JsonElement other) => Compare(one, other, "", isRefined: false);

    /// <summary>
    /// Differences of two replies to a search, the second of them refined. Its hits are other documents with other scores, so hits and values computed from
    /// them need only have the same shape: the same members in the same order, of the same types. Everything else must be equal.
    /// </summary>
    public static IEnumerable<string> DifferencesBesideHits(JsonElement one, JsonElement other) => Compare(one, other, "", isRefined: true);

    /// <summary>Whether a difference is in the number of hits rather than in the hits.</summary>
    public static bool IsOfCount(string difference) =>
        difference.Contains(".hits.total.value: ", StringComparison.Ordinal) || difference.Contains(".hits.hits: ", StringComparison.Ordinal);

    private static IEnumerable<string> Compare(JsonElement one, JsonElement other, string path, bool isRefined, bool isOfHits = false)
    {
        bool areTruths = (one.ValueKind is JsonValueKind.True or JsonValueKind.False) && (other.ValueKind is JsonValueKind.True or JsonValueKind.False);
        if (one.ValueKind != other.ValueKind && !areTruths)
        {
            return [$"{path}: {one.ValueKind} became {other.ValueKind}"];
        }

        return one.ValueKind switch
        {
            JsonValueKind.Object => CompareObjects(one, other, path, isRefined, isOfHits),
            JsonValueKind.Array => CompareArrays(one, other, path, isRefined, isOfHits),
            _ => isOfHits || one.GetRawText() == other.GetRawText() ? [] : [$"{path}: {one.GetRawText()} became {other.GetRawText()}"],
        };
    }

    private static IEnumerable<string> CompareObjects(JsonElement one, JsonElement other, string path, bool isRefined, bool isOfHits)
    {
        JsonProperty[] members = [.. one.EnumerateObject()];
        JsonProperty[] others = [.. other.EnumerateObject()];
        return members.Select(static member => member.Name).SequenceEqual(others.Select(static member => member.Name))
            ? members.Zip(others)
                .Where(static pair => !ByNature.Contains(pair.First.Name))
                .SelectMany(pair => Compare(
                    pair.First.Value, pair.Second.Value, $"{path}.{pair.First.Name}", isRefined,
                    (isOfHits && pair.First.Name != "_index") || (isRefined && pair.First.Name is "max_score" or "aggregations" or "profile")))
            : [$"{path}: {Names(members)} became {Names(others)}"];
    }

    private static IEnumerable<string> CompareArrays(JsonElement one, JsonElement other, string path, bool isRefined, bool isOfHits)
    {
        isOfHits |= isRefined && path.EndsWith(".hits.hits", StringComparison.Ordinal);
        return one.GetArrayLength() == other.GetArrayLength()
            ? one.EnumerateArray().Zip(other.EnumerateArray())
                .SelectMany((pair, place) => Compare(pair.First, pair.Second, $"{path}[{place}]", isRefined, isOfHits))
            : [$"{path}: {one.GetArrayLength()} elements became {other.GetArrayLength()}"];
    }

    private static string Names(JsonProperty[] members) => string.Join(',', members.Select(static member => member.Name));
}
