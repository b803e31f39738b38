using System.Text;
using EsRefine.Recognition;
using EsRefine.Sampling;
using EsRefine.Upstream;
using Xunit;

namespace EsRefine.Tests.Sampling;

public class SampleReplyTests
{
    private static readonly FieldMapping Mapping = new() { Field = "v", Dialect = EngineDialect.Elasticsearch, ElementType = VectorElementType.Float };

    [Fact]
    public void Hits_come_with_their_texts_in_the_order_of_the_target_and_their_vectors_in_every_shape()
    {
        HitSample sample = Read(
            """{"_index":"i","_id":"1","_score":0.9,"_source":{"body":["b1","b2"],"title":"t"},"fields":{"v":[[1,2]]}}""",
            """{"_index":"i","_id":"2","_score":0.8,"_source":{"a":{"title":"x"},"title":"u"},"fields":{"v":[3,4.5]}}""",
            """{"_index":"i","_id":"3","_score":0.7,"_source":{"v":[6,7],"title":"w"}}""");

        Assert.Equal([new SampledHit("1", "i", 0.9, "t\nb1\nb2"), new SampledHit("2", "i", 0.8, "u"), new SampledHit("3", "i", 0.7, "w")], sample.Hits);
        Assert.Equal([1f, 2f], sample.VectorOf(0));
        Assert.Equal([3f, 4.5f], sample.VectorOf(1));
        Assert.Equal([6f, 7f], sample.VectorOf(2));
    }

    [Fact]
    public void A_hit_without_a_text_or_without_a_vector_is_left_out()
    {
        HitSample sample = Read(
            """{"_index":"i","_id":"1","_source":{"title":"t"},"fields":{"v":[1,2]}}""",
            """{"_index":"i","_id":"2","_source":{"title":""},"fields":{"v":[1,2]}}""",
            """{"_index":"i","_id":"3","_source":{"title":"no vector"}}""",
            """{"_index":"i","_id":"4","_source":{"title":"u"},"fields":{"v":[5,6]}}""");

        Assert.Equal(["1", "4"], sample.Hits.Select(static hit => hit.Id));
        Assert.Equal([5f, 6f], sample.VectorOf(1));
    }

    [Theory]
    [InlineData("""{"timed_out":true,"_shards":{"failed":0},"hits":{"hits":[]}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"timed_out":false,"_shards":{"failed":1},"hits":{"hits":[]}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"hits":{"hits":[{"_index":"i","_id":"1","_source":{"title":"t"}}]}}""", RefinementOutcome.VectorsUnavailable)]
    [InlineData("""{"hits":{"hits":[{"_index":"i","_id":"1","_source":{"title":"t"},"fields":{"v":[1,2,3]}}]}}""", RefinementOutcome.DimensionMismatch)]
    internal void A_reply_to_learn_nothing_from_names_its_outcome(string reply, RefinementOutcome outcome)
    {
        SampleException exception = Assert.Throws<SampleException>(() => SampleReply.Read(Encoding.UTF8.GetBytes(reply), Mapping, 2, ["title"], 20));

        Assert.Equal(outcome, exception.Outcome);
    }

    [Fact]
    public void More_hits_than_asked_for_are_not_taken()
    {
        string[] hits = [.. Enumerable.Range(0, 5).Select(static i => $$$"""{"_index":"i","_id":"{{{i}}}","_source":{"title":"t"},"fields":{"v":[1,2]}}""")];

        Assert.Equal(3, SampleReply.Read(Reply(hits), Mapping, 2, ["title"], 3).Count);
    }

    private static HitSample Read(params string[] hits) => SampleReply.Read(Reply(hits), Mapping, 2, ["title", "body"], 20);

    private static byte[] Reply(string[] hits) =>
        Encoding.UTF8.GetBytes($$$"""{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[{{{string.Join(",", hits)}}}]}}""");
}
