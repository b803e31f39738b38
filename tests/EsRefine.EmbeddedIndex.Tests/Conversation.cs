using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.EmbeddedIndex.Tests;

/// <summary>
/// Sends the requests of <c>conversation.http</c> to a server. The answers of Elasticsearch are recorded in <c>elasticsearch-9.4.3.json</c>.
/// Values that differ in every run are masked: times, uuids, node names, and the positions in the reasons of parse errors.
/// </summary>
internal static partial class Conversation
{
    private static readonly string Folder = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "EsRefine.EmbeddedIndex.Tests");

    private static readonly string[] MaskedMembers = ["took", "index_uuid", "uuid", "node", "line", "col", "settings"];

    public static string RecordingPath { get; } = Path.Combine(Folder, "elasticsearch-9.4.3.json");

    public static IReadOnlyList<Request> Requests { get; } = Parse(File.ReadAllText(Path.Combine(Folder, "conversation.http")));

    /// <summary>Sends all requests in order. Returns each answer, masked, as <c>{"request":…,"status":…,"body":…}</c>.</summary>
    public static async Task<JsonArray> PlayAsync(Uri server, CancellationToken cancellationToken)
    {
        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        JsonArray answers = [];
        foreach (Request request in Requests)
        {
            using HttpRequestMessage message = new(new HttpMethod(request.Method), new Uri(server.AbsoluteUri.TrimEnd('/') + request.Target));
            if (request.Body is { } body)
            {
                message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.IsBulk ? "application/x-ndjson" : "application/json");
            }

            using HttpResponseMessage response = await client.SendAsync(message, cancellationToken);
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            Assert.True(response.Headers.Contains("X-Elastic-Product"), request.ToString());
            answers.Add(new JsonObject
            {
                ["request"] = request.ToString(),
                ["status"] = (int)response.StatusCode,
                ["body"] = text.Length > 0 ? Mask(JsonNode.Parse(text)) : null,
            });
        }

        return answers;
    }

    /// <summary>The paths at which two answers differ, with both values. Numbers may differ by one in a million. The order of keys is ignored.</summary>
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, string path = "")
    {
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                return left.Select(static member => member.Key).Union(right.Select(static member => member.Key))
                    .SelectMany(key => Differences(left[key], right[key], $"{path}.{key}"));
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                return left.Zip(right).SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]"));
            case (JsonValue left, JsonValue right) when left.TryGetValue(out double first) && right.TryGetValue(out double second):
                return Math.Abs(first - second) <= 1e-6 * Math.Max(1, Math.Abs(first)) ? [] : [$"{path}: {first} became {second}"];
            default:
                return JsonNode.DeepEquals(expected, actual) ? [] : [$"{path}: {expected?.ToJsonString() ?? "null"} became {actual?.ToJsonString() ?? "null"}"];
        }
    }

    private static JsonNode? Mask(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray array:
                return new JsonArray([.. array.Select(static item => Mask(item?.DeepClone()))]);
            case JsonObject json:
                JsonObject masked = [];
                foreach ((string name, JsonNode? value) in json.Where(static member => !MaskedMembers.Contains(member.Key)))
                {
                    masked[name] = name == "reason" && value is JsonValue reason ? MaskReason(reason.ToString()) : Mask(value?.DeepClone());
                }

                MaskCause(masked);

                // The _shards of a write counts replicas. The embedded index has none.
                if (masked["_shards"] is JsonObject shards && !shards.ContainsKey("skipped"))
                {
                    masked.Remove("_shards");
                }

                return masked;
            default:
                return node;
        }
    }

    // Messages of the JSON reader, and the causes that Elasticsearch nests below them, are not part of the API.
    private static void MaskCause(JsonObject error)
    {
        if (error["caused_by"]?["type"]?.ToString() is "json_parse_exception" or "json_e_o_f_exception" or "named_object_not_found_exception")
        {
            error.Remove("caused_by");
        }

        if (error["type"]?.ToString() == "x_content_parse_exception" && error["reason"]?.ToString() is { } reason && JsonReaderWords().IsMatch(reason))
        {
            error["reason"] = "not JSON";
        }
    }

    private static string MaskReason(string reason)
    {
        string masked = Uuid().Replace(Position().Replace(reason, ""), "/uuid]");
        int ours = masked.IndexOf(": the embedded index", StringComparison.Ordinal);
        masked = ours < 0 ? masked : masked[..ours];
        return masked.StartsWith("failed to parse: ", StringComparison.Ordinal) && JsonReaderWords().IsMatch(masked) ? "failed to parse: not JSON" : masked;
    }

    private static List<Request> Parse(string text)
    {
        List<Request> requests = [];
        foreach (string block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = [.. block.Trim('\n').Split('\n').Where(static line => !line.StartsWith('#'))];
            string[] first = lines[0].Split(' ', 2);
            bool isBulk = first[1].Contains("_bulk", StringComparison.Ordinal);
            requests.Add(new Request(first[0], first[1], lines.Length > 1 ? string.Join('\n', lines[1..]) + (isBulk ? "\n" : "") : null, isBulk));
        }

        return requests;
    }

    [GeneratedRegex(@"\[\d+:\d+\] | at \d+:\d+| at \[\d+:\d+\]|\n at \[Source: .*$", RegexOptions.Singleline)]
    private static partial Regex Position();

    [GeneratedRegex("/[A-Za-z0-9_-]{20,22}]")]
    private static partial Regex Uuid();

    [GeneratedRegex("Unrecognized token|Duplicate field|invalid start of|Duplicate propert|duplicate propert|invalid after|is an invalid")]
    private static partial Regex JsonReaderWords();

    /// <summary>One request of the script.</summary>
    /// <param name="Target">Path and query as sent.</param>
    internal sealed record Request(string Method, string Target, string? Body, bool IsBulk)
    {
        public override string ToString() => $"{Method} {Target} {(Body is { Length: > 160 } ? Body[..160] + "…" : Body)}".TrimEnd();
    }
}
