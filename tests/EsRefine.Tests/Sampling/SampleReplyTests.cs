using System.Text;
using EsRefine.Sampling;
using EsRefine.Tests.Recognition;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Sampling;

public class SampleReplyTests
{
    private static readonly FieldMapping Flat = new() { Field = "v", Dialect = EngineDialect.Elasticsearch, ElementType = VectorElementType.Float };

    private static readonly FieldMapping Nested = new()
    {
        Field = "p.v",
        Dialect = EngineDialect.OpenSearch,
        ElementType = VectorElementType.Float,
        NestedPath = "p",
    };

    [Fact]
    public void Hits_come_with_their_texts_in_the_order_of_the_target_and_their_vectors_in_either_shape()
    {
        HitSample sample = Read(
            """{"_index":"i","_id":"1","_score":0.9,"_source":{"body":["b1","b2"],"title":"t"},"fields":{"v":[[1,2]]}}""",
            """{"_index":"i","_id":"2","_score":0.8,"_source":{"a":{"title":"x"},"title":"u"},"fields":{"v":[3,4.5]}}""");

        Assert.Equal([new SampledHit("1", "i", 0.9, "t\nb1\nb2"), new SampledHit("2", "i", 0.8, "u")], sample.Hits);
        Assert.Equal([3f, 4.5f], sample.VectorOf(1));
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
    [InlineData("float", """["P4AAAMAAAAA="]""", EngineDialect.Elasticsearch)]    // big-endian
    [InlineData("float", """["AACAPwAAAMA="]""", EngineDialect.OpenSearch)]      // little-endian
    [InlineData("byte", """["01fe"]""", EngineDialect.Elasticsearch)]
    [InlineData("byte", """["Af4="]""", EngineDialect.OpenSearch)]
    [InlineData("bfloat16", """ "P4DAAA==" """, EngineDialect.Elasticsearch)]
    internal void A_vector_given_back_as_the_string_that_was_indexed_is_decoded(string elementType, string value, EngineDialect dialect)
    {
        FieldMapping mapping = Flat with { Dialect = dialect, ElementType = VectorElementType.Of(EngineDialect.Elasticsearch, elementType) };

        HitSample sample = Read(mapping, VectorReading.Fields, ["title"], $$$"""{"_index":"i","_id":"1","_source":{"title":"t"},"fields":{"v":{{{value}}}}}""");

        Assert.Equal([1f, -2f], sample.VectorOf(0));
    }

    [Theory]
    [InlineData("""{"title":"t","v":[1,-2]}""", "v")]
    [InlineData("""{"title":"t","a":{"b.v":[1,-2]}}""", "a.b.v")]
    [InlineData("""{"title":"t","a.b":{"v":[1,-2]}}""", "a.b.v")]
    public void A_vector_in_source_is_found_by_its_full_name(string source, string field)
    {
        HitSample sample = Read(Flat with { Field = field }, VectorReading.Source, ["title"], $$$"""{"_index":"i","_id":"1","_source":{{{source}}}}""");

        Assert.Equal([1f, -2f], sample.VectorOf(0));
    }

    [Fact]
    public void A_passage_gives_its_text_and_by_its_place_the_vector_in_the_source_of_the_hit()
    {
        HitSample sample = Read(Nested, VectorReading.Source, ["title", "p.text"],
            """
            {"_index":"i","_id":"1","_source":{"title":"T","p":[{"v":[9,9]},{"v":[1,-2]}]},
             "inner_hits":{"p":{"hits":{"hits":[{"_nested":{"field":"p","offset":1},"_source":{"text":"second","v":1}}]}}}}
            """,
            """
            {"_index":"i","_id":"2","_source":{"p":{"v":[3,4]}},
             "inner_hits":{"p":{"hits":{"hits":[{"_nested":{"field":"p","offset":0},"_source":{"text":"only"}}]}}}}
            """);

        Assert.Equal(["T\nsecond", "only"], sample.Hits.Select(static hit => hit.Text));
        Assert.Equal([1f, -2f, 3f, 4f], sample.Vectors);
    }

    [Fact]
    public void A_passage_inside_a_passage_is_found_by_both_places()
    {
        HitSample sample = Read(Nested with { Field = "a.b.v", NestedPath = "a.b" }, VectorReading.Source, ["a.b.text"],
            """
            {"_index":"i","_id":"1","_source":{"a":[{"b":[{"v":[9,9]}]},{"b":[{"v":[8,8]},{"v":[1,-2]}]}]},
             "inner_hits":{"a.b":{"hits":{"hits":[{"_nested":{"field":"a","offset":1,"_nested":{"field":"b","offset":1}},"_source":{"text":"deep"}}]}}}}
            """);

        Assert.Equal([1f, -2f], sample.VectorOf(0));
    }

    [Fact]
    public void A_chunk_gives_its_vector_and_the_hit_the_text_of_its_best_chunk()
    {
        FieldMapping mapping = Flat with { Field = "a.st.inference.chunks.embeddings", NestedPath = "a.st.inference.chunks", SemanticField = "a.st" };

        HitSample sample = Read(mapping, VectorReading.DocValues, ["title", "a.st"],
            """
            {"_index":"i","_id":"1","_source":{"title":"T"},"highlight":{"a.st":["the best chunk"]},
             "inner_hits":{"a.st.inference.chunks":{"hits":{"hits":[{"_nested":{"field":"a.st.inference.chunks","offset":1},"fields":{"a.st.inference.chunks.embeddings":[[1,-2]]}}]}}}}
            """,
            """
            {"_index":"i","_id":"2","_source":{"title":"U"},
             "inner_hits":{"a.st.inference.chunks":{"hits":{"hits":[{"_nested":{"field":"a.st.inference.chunks","offset":0},"fields":{"a.st.inference.chunks.embeddings":[[3,4]]}}]}}}}
            """);

        Assert.Equal(["T\nthe best chunk", "U"], sample.Hits.Select(static hit => hit.Text));
        Assert.Equal([1f, -2f, 3f, 4f], sample.Vectors);
    }

    [Fact]
    public void A_semantic_text_in_its_old_format_is_read_without_its_chunks()
    {
        HitSample sample = Read(
            """{"_index":"i","_id":"1","_source":{"title":{"text":["a","b"],"inference":{"chunks":[{"text":"a"},{"text":"b"}]}}},"fields":{"v":[1,2]}}""");

        Assert.Equal("a\nb", sample.Hits[0].Text);
    }

    [Theory]
    [InlineData("""{"timed_out":true,"_shards":{"failed":0},"hits":{"hits":[]}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"timed_out":false,"_shards":{"failed":1},"hits":{"hits":[]}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"timed_out":false,"_shards":{"failed":0}}""", RefinementOutcome.UpstreamRefusedSample)]
    [InlineData("""{"hits":{"hits":[{"_index":"i","_id":"1","_source":{"title":"t"},"fields":{"v":[1,2,3]}}]}}""", RefinementOutcome.DimensionMismatch)]
    internal void A_reply_to_learn_nothing_from_names_its_outcome(string reply, RefinementOutcome outcome)
    {
        Outcome<HitSample> read = SampleReply.Read(Encoding.UTF8.GetBytes(reply), Plan(Flat, ["title"], 20), VectorReading.DocValues, out _);

        Assert.Null(read.Product);
        Assert.Equal(outcome, read.Reason!.Outcome);
    }

    [Fact]
    public void Hits_whose_vector_cannot_be_read_are_counted()
    {
        SampleReply.Read(
            Reply("""{"_index":"i","_id":"1","_source":{"title":"t"}}""", """{"_index":"i","_id":"2","_source":{"title":"t"},"fields":{"v":1}}"""),
            Plan(Flat, ["title"], 20), VectorReading.Fields, out int withoutVector);

        Assert.Equal(2, withoutVector);
    }

    [Fact]
    public void More_hits_than_asked_for_are_not_taken()
    {
        string[] hits = [.. Enumerable.Range(0, 5).Select(static i => $$$"""{"_index":"i","_id":"{{{i}}}","_source":{"title":"t"},"fields":{"v":[1,2]}}""")];

        Assert.Equal(3, SampleReply.Read(Reply(hits), Plan(Flat, ["title"], 3), VectorReading.DocValues, out _).Product!.Count);
    }

    private static HitSample Read(params string[] hits) => Read(Flat, VectorReading.DocValues, ["title", "body"], hits);

    private static HitSample Read(FieldMapping mapping, VectorReading reading, string[] textFields, params string[] hits) =>
        SampleReply.Read(Reply(hits), Plan(mapping, textFields, 20), reading, out _).Product!;

    private static SamplePlan Plan(FieldMapping mapping, string[] textFields, int size)
    {
        SearchBody body = new("""{"knn":{"field":"v","query_vector":[1,1]}}""");
        return new(body.Bytes, body.Search!, body.OnlyClause, mapping, [1, 1], textFields, size);
    }

    private static byte[] Reply(params string[] hits) =>
        Encoding.UTF8.GetBytes($$$"""{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[{{{string.Join(",", hits)}}}]}}""");
}
