using System.Text.Json.Nodes;
using Xunit;

namespace EsRefine.EmbeddedIndex.Tests;

public sealed class EmbeddedIndexConversationTests
{
    [Fact]
    public async Task Embedded_index_answers_match_the_recorded_ones()
    {
        JsonArray expected = await ReadRecordingAsync();
        await using EmbeddedIndexServer server = await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        JsonArray actual = await Conversation.PlayAsync(server.Url, TestContext.Current.CancellationToken);

        AssertEqual(expected, actual);
    }

    [Fact]
    public async Task Recorded_answers_match_a_live_Elasticsearch()
    {
        string? url = Environment.GetEnvironmentVariable("ESREFINE_TEST_ELASTICSEARCH");
        Assert.SkipWhen(string.IsNullOrEmpty(url), "ESREFINE_TEST_ELASTICSEARCH is not set");

        JsonArray actual = await Conversation.PlayAsync(new Uri(url!), TestContext.Current.CancellationToken);

        if (Environment.GetEnvironmentVariable("ESREFINE_TEST_RECORD") == "1")
        {
            // One answer per line, so that a diff shows which answers changed.
            IEnumerable<string> lines = actual.Select(static answer => answer!.ToJsonString(ElasticsearchJson.NodeOptions));
            await File.WriteAllTextAsync(
                Conversation.RecordingPath, "[\n" + string.Join(",\n", lines) + "\n]\n", TestContext.Current.CancellationToken);
        }

        AssertEqual(await ReadRecordingAsync(), actual);
    }

    private static async Task<JsonArray> ReadRecordingAsync() =>
        Assert.IsType<JsonArray>(JsonNode.Parse(await File.ReadAllTextAsync(Conversation.RecordingPath, TestContext.Current.CancellationToken)));

    private static void AssertEqual(JsonArray expected, JsonArray actual)
    {
        Assert.Equal(Conversation.Requests.Count, expected.Count);
        Assert.Equal(Conversation.Requests.Count, actual.Count);
        string[] differences =
        [
            .. expected.Zip(actual).SelectMany(static pair =>
                Conversation.Differences(pair.First, pair.Second).Select(difference => $"{pair.First!["request"]}\n    {difference}")),
        ];
        Assert.True(differences.Length == 0, string.Join("\n", differences));
    }
}
