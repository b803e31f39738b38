using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EsRefine.TestSupport;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>The exchanges of an application with its cluster, to be compared with another run.</summary>
internal sealed partial class ApplicationRun(RecordedApplication application, TappedExchange[] exchanges)
{
    /// <summary>Differences of a run through a sidecar, except for the hits of refined searches.</summary>
    public IEnumerable<string> DifferencesFrom(PassedExchange[] passed)
    {
        Dictionary<string, Queue<TappedExchange>> others = exchanges
            .Where(exchange => !IsOfNoTwoRuns(exchange))
            .GroupBy(Key)
            .ToDictionary(static same => same.Key, static same => new Queue<TappedExchange>(same));
        HashSet<string> refinedScrolls = [];
        foreach (PassedExchange through in passed.Where(exchange => !IsOfNoTwoRuns(exchange.Front)))
        {
            string key = Key(through.Front);
            bool isRefined = through.IsRefined || refinedScrolls.Any(scroll => through.Front.Request.Text.Contains(scroll, StringComparison.Ordinal));
            if (isRefined && ScrollId().Match(through.Front.Reply.Text) is { Success: true } scroll)
            {
                refinedScrolls.Add(scroll.Value);
            }

            IEnumerable<string> differences = others.TryGetValue(key, out Queue<TappedExchange>? plain) && plain.TryDequeue(out TappedExchange? one)
                ? Differences(one.Reply, through.Front.Reply, isRefined)
                : application.Sniffs || (application.GivesUp && plain is not null) ? [] : ["sent through the sidecar only"];
            foreach (string difference in differences.Where(found => !isRefined || !JsonComparison.IsOfCount(found) || !FindsAsManyAsAreNear().IsMatch(key)))
            {
                yield return $"{key} ({through.Outcome}): {difference}";
            }
        }

        foreach ((string key, Queue<TappedExchange> left) in others.Where(other => other.Value.Count > (application.GivesUp ? 1 : 0)))
        {
            yield return $"{key}: sent {left.Count} times more without the sidecar";
        }
    }

    /// <summary>
    /// Some applications write with several threads, so the order of their documents differs between runs. Applications that sniff do so at intervals of time.
    /// </summary>
    private bool IsOfNoTwoRuns(TappedExchange exchange)
    {
        string line = exchange.Request.StartLine;
        return (application.WritesWithThreads && (line.Contains("_bulk", StringComparison.Ordinal) || line.Contains("scroll", StringComparison.Ordinal)))
            || (application.Sniffs && line.Contains("/_nodes/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Differences(HttpBytes plain, HttpBytes through, bool isRefined)
    {
        (string head, string otherHead) = (HeadOf(plain), HeadOf(through));
        if (head != otherHead)
        {
            return [$"{head} became {otherHead}"];
        }

        (byte[] body, byte[] otherBody) = (Body(plain), Body(through));
        if (body.AsSpan().SequenceEqual(otherBody))
        {
            return [];
        }

        using JsonDocument json = JsonDocument.Parse(body);
        using JsonDocument otherJson = JsonDocument.Parse(otherBody);
        return [.. isRefined
            ? JsonComparison.DifferencesBesideHits(json.RootElement, otherJson.RootElement)
            : JsonComparison.Differences(json.RootElement, otherJson.RootElement)];
    }

    private static byte[] Body(HttpBytes message) => Exchange.Inflate(message.Content, message.Header("Content-Encoding") == "gzip");

    private static string HeadOf(HttpBytes reply) => OfOneReply().Replace(Wire.OfReply(reply, withOurs: false), "");

    /// <summary>A request without the names that were generated in its run.</summary>
    private static string Key(TappedExchange exchange) =>
        $"{exchange.Request.StartLine} {GivenNames().Replace(Encoding.UTF8.GetString(Body(exchange.Request)), "\"$1\":…")}";

    /// <summary>Searches without a fixed number of hits: they add matching documents to the nearest ones, or filter the nearest ones.</summary>
    [GeneratedRegex("\"(post_filter|dis_max|should|must|match|min_score|max_distance|similarity)\"|\"knn\": ?\\[|search_pipeline=")]
    private static partial Regex FindsAsManyAsAreNear();

    /// <summary>
    /// Headers that differ between two replies to one request: the length and the cost of the body, and OpenSearch's warnings, which a node sends only once per
    /// <c>X-Opaque-Id</c>. <see cref="PassedExchange.Differences"/> verifies for each reply that warnings reach the client.
    /// </summary>
    [GeneratedRegex("\n((content-length|transfer-encoding|task_resource_usage): |warning: 299 OpenSearch-).*")]
    private static partial Regex OfOneReply();

    [GeneratedRegex("(?<=\"_scroll_id\":\")[^\"]+")]
    private static partial Regex ScrollId();

    [GeneratedRegex("\"(scroll_id|pit_id|id|search_after)\": ?(\"[^\"]{40,}\"|\\[[^]]*\\])")]
    private static partial Regex GivenNames();
}
