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

    private static readonly Gen<string> Mutated =
        Gen.Select(Body, Gen.Select(Gen.Int[0, 1_000], Gen.Int[0, 12], Token).Array[1, 3]).Select(static (body, mutations) => Mutate(body, mutations));

    private static readonly Gen<string> Swapped = Gen.Select(Body, Body, Gen.Int[0, 200], Gen.Int[0, 200]).Select(Swap);

    [Fact]
    public void Random_bytes_are_never_a_fault()
    {
        Tally tally = Recognize(Samples(Gen.Byte.Array[0, 200], 5_000));
        tally.AssertAtLeast(new Tally { Bodies = 5_000 });
    }

    [Fact]
    public void Random_tokens_are_never_a_fault()
    {
        Tally tally = Recognize(Samples(Token.Array[0, 30].Select(static tokens => "{" + string.Concat(tokens)), 5_000).Select(Encoding.UTF8.GetBytes));
        tally.AssertAtLeast(new Tally { Bodies = 5_000 });
    }

    [Fact]
    public void Body_cut_at_any_byte_is_never_a_fault()
    {
        foreach (byte[] body in Bodies.Select(static body => Encoding.UTF8.GetBytes(body.Trim())))
        {
            Assert.Equal(1, Recognize([body]).Found);
            Assert.Equal(0, Recognize(Enumerable.Range(0, body.Length).Select(length => body[..length])).Found);
        }
    }

    [Fact]
    public void Mutated_bodies_are_never_a_fault()
    {
        Tally tally = Recognize(Samples(Mutated, 20_000).Select(Encoding.UTF8.GetBytes));
        tally.AssertAtLeast(new(Bodies: 20_000, Found: 1_000, WithFilters: 800, WithCopies: 500, WithWrappers: 60));
    }

    [Fact]
    public void Values_swapped_between_bodies_are_never_a_fault()
    {
        Tally tally = Recognize(Samples(Swapped, 20_000).Select(Encoding.UTF8.GetBytes));
        tally.AssertAtLeast(new(Bodies: 20_000, Found: 14_000, WithFilters: 10_000, WithCopies: 9_000, WithWrappers: 2_000));
    }

    /// <summary>The same samples in every run.</summary>
    private static IEnumerable<T> Samples<T>(Gen<T> generator, int count)
    {
        PCG random = new(stream: 1, seed: 20_261_130);
        for (int i = 0; i < count; i++)
        {
            yield return generator.Generate(random, min: null, out _);
        }
    }

    /// <summary>The body with tokens in place of a few characters, here and there.</summary>
    private static string Mutate(string body, (int Place, int Removed, string Inserted)[] mutations)
    {
        foreach ((int place, int removed, string inserted) in mutations)
        {
            int position = place % (body.Length + 1);
            body = body.Remove(position, Math.Min(removed, body.Length - position)).Insert(position, inserted);
        }

        return body;
    }

    /// <summary>The target with a value of the source in place of one of its own.</summary>
    private static string Swap(string target, string source, int targetValue, int sourceValue)
    {
        List<BodySlice> holes = Values(target);
        List<BodySlice> values = Values(source);
        BodySlice hole = holes[targetValue % holes.Count];
        BodySlice value = values[sourceValue % values.Count];
        return target.Remove(hole.Start, hole.Length).Insert(hole.Start, source.Substring(value.Start, value.Length));
    }

    /// <summary>Recognizes every body without a fault, checks what is found, and counts it.</summary>
    private static Tally Recognize(IEnumerable<byte[]> bodies)
    {
        Tally tally = default;
        foreach (byte[] body in bodies)
        {
            tally.Bodies++;
            if (Recognizer.Recognize(body) is { } search)
            {
                Check(search, search.Opened?.Bytes ?? body);
                tally.Found++;
                tally.WithFilters += search.Clauses.Any(static clause => clause.Filters.Count > 0) ? 1 : 0;
                tally.WithCopies += search.OtherVectors.Count > 0 ? 1 : 0;
                tally.WithWrappers += search.Opened is not null ? 1 : 0;
            }
        }

        return tally;
    }

    /// <summary>What is found lies in the body, is whole JSON, and overlaps nothing it may be replaced with.</summary>
    private static void Check(RecognizedSearch search, byte[] body)
    {
        string json = Encoding.UTF8.GetString(body);
        Assert.True(search.Clauses.Count > 0, json);
        List<BodySlice> vectors = [.. search.Clauses.Where(static clause => clause.HoldsVector).Select(static clause => clause.Vector.Json)
            .Concat(search.OtherVectors.Select(static vector => vector.Json)).OrderBy(static vector => vector.Start)];
        for (int i = 1; i < vectors.Count; i++)
        {
            Assert.True(vectors[i].Start >= vectors[i - 1].End, json);
        }

        foreach (BodySlice slice in vectors.Concat(search.Clauses.SelectMany(static clause => clause.Filters).Select(static filter => filter.Json))
            .Concat(new[] { search.PointInTime, search.SearchPipeline, search.RuntimeMappings }.Where(static slice => !slice.IsMissing)))
        {
            using JsonDocument whole = JsonDocument.Parse(slice.Bytes);
            Assert.True(slice.IsOf(body), json);
        }
    }

    /// <summary>What was found in many bodies: a fuzz test in which nothing is recognized shows nothing.</summary>
    private record struct Tally(int Bodies, int Found, int WithFilters, int WithCopies, int WithWrappers)
    {
        public readonly void AssertAtLeast(Tally floor) => Assert.True(
            Bodies >= floor.Bodies && Found >= floor.Found
            && WithFilters >= floor.WithFilters && WithCopies >= floor.WithCopies && WithWrappers >= floor.WithWrappers,
            $"{this}, expected at least {floor}");
    }

    /// <summary>Where the values of a body lie.</summary>
    private static List<BodySlice> Values(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes);
        List<BodySlice> values = [];
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject)
            {
                continue;
            }

            Utf8JsonReader ahead = reader;
            ahead.Skip();
            values.Add(new(bytes, (int)reader.TokenStartIndex, (int)(ahead.BytesConsumed - reader.TokenStartIndex)));
        }

        return values;
    }
}
