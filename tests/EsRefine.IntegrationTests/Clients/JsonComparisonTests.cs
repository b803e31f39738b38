using System.Text.Json;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>Verifies that the comparison finds differences, because the tests that use it rely on it.</summary>
public sealed class JsonComparisonTests
{
    private const string Plain = """
        {"took":1,"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"total":{"value":2,"relation":"eq"},"max_score":0.9,
        "hits":[{"_index":"a","_id":"1","_score":0.9,"_source":{"text":"one"}},{"_index":"a","_id":"2","_score":0.8,"_source":{"text":"two"}}]},
        "aggregations":{"n":{"value":7}}}
        """;

    [Theory]
    [InlineData("\"took\":1", "\"took\":12", "", "")]
    [InlineData("\"timed_out\":false", "\"timed_out\":true", ".timed_out: false became true", ".timed_out: false became true")]
    [InlineData("\"failed\":0", "\"failed\":0,\"x\":1", "._shards: total,failed became total,failed,x", "._shards: total,failed became total,failed,x")]
    [InlineData("\"total\":1,\"failed\":0", "\"failed\":0,\"total\":1", "._shards: total,failed became failed,total", "._shards: total,failed became failed,total")]
    [InlineData("\"_id\":\"1\",\"_score\":0.9", "\"_id\":\"9\",\"_score\":0.7", ".hits.hits[0]._id: \"1\" became \"9\"", "")]
    [InlineData("\"_score\":0.8", "\"_score\":null", ".hits.hits[1]._score: Number became Null", ".hits.hits[1]._score: Number became Null")]
    [InlineData("\"_index\":\"a\",\"_id\":\"2\"", "\"_index\":\"b\",\"_id\":\"2\"", ".hits.hits[1]._index: \"a\" became \"b\"", ".hits.hits[1]._index: \"a\" became \"b\"")]
    [InlineData("{\"text\":\"one\"}", "{\"words\":\"one\"}", ".hits.hits[0]._source: text became words", ".hits.hits[0]._source: text became words")]
    [InlineData("\"max_score\":0.9", "\"max_score\":0.7", ".hits.max_score: 0.9 became 0.7", "")]
    [InlineData("\"value\":7", "\"value\":8", ".aggregations.n.value: 7 became 8", "")]
    [InlineData("\"value\":2", "\"value\":3", ".hits.total.value: 2 became 3", ".hits.total.value: 2 became 3")]
    public void Comparison_finds_every_difference(string part, string other, string first, string firstBesideHits)
    {
        JsonElement one = JsonDocument.Parse(Plain).RootElement;
        JsonElement changed = JsonDocument.Parse(Plain.Replace(part, other, StringComparison.Ordinal)).RootElement;
        Assert.Equal(first, JsonComparison.Differences(one, changed).FirstOrDefault(""));
        Assert.Equal(firstBesideHits, JsonComparison.DifferencesBesideHits(one, changed).FirstOrDefault(""));
    }
}
