using System.Text;
using System.Text.Json;
using CsCheck;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class RecognizerFuzzTests
{
    private static readonly string[] Bodies =
    [
        """
            {"knn":[{"field":"a","query_vector":[1,0],"k":5,"filter":[{"term":{"x":1}}],"inner_hits":{}},{"field":"b","query_vector":"PwAAAA==",
            "similarity":0.5}],"query":{"match":{"t":"x"}},"size":3}
            """,
        """
            {"query":{"bool":{"must":[{"knn":{"v":{"vector":[1,2],"k":3,"filter":{"term":{"a":1}}}}}],"must_not":{"term":{"n":1}},
            "should":[{"nested":{"path":"p","query":{"knn":{"field":"p.v","query_vector":[3]}}}}],"filter":[{"knn":{"field":"v","query_vector":[1,
            2]}}]}}}
            """,
        """
            {"retriever":{"rrf":{"retrievers":[{"retriever":{"standard":{"query":{"multi_match":{"query":"x"}},"filter":{"term":{"s":1}}}},
            "weight":2},{"knn":{"field":"v","query_vector":[2],"k":5,"num_candidates":9}},{"diversify":{"field":"v","query_vector":[2],
            "retriever":{"knn":{"field":"w","query_vector_builder":{"text_embedding":{"model_text":"x"}}}}}}]}}}
            """,
        """
            {"query":{"hybrid":{"queries":[{"neural":{"v":{"query_text":"x"}}},{"script_score":{"query":{"match_all":{}},
            "script":{"source":"cosineSimilarity(params.q,'v')","params":{"q":[1,2]}}}}],"filter":{"term":{"f":1}}}},
            "rescore":{"query":{"rescore_query":{"semantic":{"field":"f","query":"y"}}}},
            "aggs":{"a":{"filters":{"filters":{"b":{"match":{"t":"z"}}}}}},"sort":[{"_script":{"script":{"params":{"q":[1,2]}}}}],"pit":{"id":"i"}}
            """,
        """
            {"query":{"bool":{"must":[#,{"knn":{"v":{"vector":[1,2],"filter":@}}}]}},"rescore":{"query":{"rescore_query":#}}}
            """
            .Replace("#", SearchBody.Wrap("""{"knn":{"field":"v","query_vector":[1]}}"""), StringComparison.Ordinal)
            .Replace("@", SearchBody.Wrap(SearchBody.Wrap("""{"term":{"a":1}}""")), StringComparison.Ordinal),
    ];

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "1", "-", "\\ud800", "/**/", "\u00e9", "\0", "\"filter\":[],", "\"k\":9e99,",
        "\"knn\":", "\"query\":", "\"bool\":{\"must\":", "{\"knn\":{\"field\":\"v\",\"query_vector\":[1]}}",
        "{\"wrapper\":{\"query\":\"eyJrbm4iOnsiZmllbGQiOiJ2IiwicXVlcnlfdmVjdG9yIjpbMV19fQ==\"}}",
    ];

    private static readonly Gen<string> Body = Gen.Int[0, Bodies.Length - 1].Select(static i => Bodies[i]);
    private static readonly Gen<string> Token = Gen.Int[0, Tokens.Length - 1].Select(static i => Tokens[i]);

    [Fact]
    public void Random_bytes_are_never_a_fault() =>
        Gen.Byte.Array[0, 200].Sample(static bytes => Check(bytes), iter: 5_000, threads: 1);

    [Fact]
    public void Random_tokens_are_never_a_fault() =>
        Token.Array[0, 30].Sample(static tokens => Check(Encoding.UTF8.GetBytes("{" + string.Concat(tokens))), iter: 5_000, threads: 1);

    [Fact]
    public void Mutated_bodies_are_never_a_fault() =>
        Gen.Select(Body, Gen.Select(Gen.Int[0, 1_000], Gen.Int[0, 12], Token).Array[1, 3]).Sample(
            static (body, mutations) =>
            {
                List<byte> bytes = [.. Encoding.UTF8.GetBytes(body)];
                foreach ((int place, int removed, string inserted) in mutations)
                {
                    int position = place % bytes.Count;
                    bytes.RemoveRange(position, Math.Min(removed, bytes.Count - position));
                    bytes.InsertRange(position, Encoding.UTF8.GetBytes(inserted));
                }

                Check([.. bytes]);
            },
            iter: 20_000, threads: 1);

    [Fact]
    public void Values_swapped_between_bodies_are_never_a_fault() =>
        Gen.Select(Body, Body, Gen.Int[0, 200], Gen.Int[0, 200]).Sample(
            static (target, source, targetValue, sourceValue) =>
            {
                List<ByteRange> holes = Values(target);
                List<ByteRange> values = Values(source);
                ByteRange hole = holes[targetValue % holes.Count];
                string value = Encoding.UTF8.GetString(values[sourceValue % values.Count].Of(Encoding.UTF8.GetBytes(source)));
                Check(Encoding.UTF8.GetBytes(target.Remove(hole.Start, hole.Length).Insert(hole.Start, value)));
            },
            iter: 20_000, threads: 1);

    /// <summary>Recognizes without a fault; what it finds lies in the body, is whole JSON, and overlaps nothing it may be replaced with.</summary>
    private static void Check(byte[] body)
    {
        if (Recognizer.Recognize(body) is not { } search)
        {
            return;
        }

        body = search.Opened?.Bytes ?? body;

        Assert.NotEmpty(search.Clauses);
        List<ByteRange> vectors = [.. search.Clauses.Where(static clause => clause.HoldsVector).Select(static clause => clause.Vector.Range)
            .Concat(search.OtherVectors.Select(static vector => vector.Range)).OrderBy(static range => range.Start)];
        for (int i = 1; i < vectors.Count; i++)
        {
            Assert.True(vectors[i].Start >= vectors[i - 1].End);
        }

        foreach (ByteRange range in vectors.Concat(search.Clauses.SelectMany(static clause => clause.Filters).Select(static filter => filter.Range))
            .Concat(new[] { search.PointInTime, search.SearchPipeline, search.RuntimeMappings }.OfType<ByteRange>()))
        {
            using var whole = JsonDocument.Parse(body.AsMemory(range.Start, range.Length));
        }

    }

    /// <summary>Where the values of a body lie.</summary>
    private static List<ByteRange> Values(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes);
        List<ByteRange> ranges = [];
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                continue;
            }

            Utf8JsonReader ahead = reader;
            ahead.Skip();
            ranges.Add(new((int)reader.TokenStartIndex, (int)(ahead.BytesConsumed - reader.TokenStartIndex)));
        }

        return ranges;
    }
}
