using System.Text;
using System.Text.Json.Nodes;
using EsRefine.Endpoints;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Tests.Targets;
using EsRefine.TestSupport;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Recognition;

/// <summary>What real clients sent to real engines.</summary>
public sealed class RecordedSearchTests
{
    [Fact]
    public void Every_vector_that_ranks_is_recognized_in_what_clients_send()
    {
        int searches = 0;
        foreach ((string app, byte[] json) in Bodies())
        {
            string[] expected = [.. RankingVectors(JsonNode.Parse(json))];
            RecognizedSearch? search = Recognizer.Recognize(json);
            string[] found = [.. ClausesWithVectors(search).Select(clause => Compact(clause.Vector.Json.Span))];

            Assert.True(expected.ToHashSet().SetEquals(found) && expected.Length == found.Length, $"{app}: {Encoding.UTF8.GetString(json)}");
            Assert.True(search is null || Recognizer.MayHoldKnn(json));
            searches += found.Length > 0 ? 1 : 0;
        }

        Assert.InRange(searches, 300, int.MaxValue);
    }

    [Fact]
    public void Refined_body_differs_from_what_the_client_sent_in_its_vectors_only()
    {
        foreach ((string app, byte[] json) in Bodies())
        {
            if (Recognizer.Recognize(json) is not { } search)
            {
                continue;
            }

            List<BodyEdit> edits = [];
            foreach (KnnClause clause in ClausesWithVectors(search))
            {
                VectorElementType type = clause.Field == "small_vector" ? VectorElementType.Byte : VectorElementType.Float;
                FieldMapping field = new() { Field = clause.Field, Dialect = clause.Dialect, ElementType = type, Dimensions = 8 };
                Assert.True(VectorText.TryRead(clause.Vector.Json.Span, clause.Vector.Spelling, field.VectorType, out float[] original), app);
                IReadOnlyList<BodyEdit>? own = Splicer.EditsFor(Tasks.Of(search, clause, field, original), [1, 2, 3, 4, 5, 6, 7, 8]);
                Assert.True(own is not null, $"{app}: {Encoding.UTF8.GetString(json)}");
                edits.AddRange(own);
            }

            byte[] spliced = BodyEdits.Splice(json, edits);
            RecognizedSearch again = Recognizer.Recognize(spliced)!;
            Assert.Equal(Rest(json, search, edits.Count), Rest(spliced, again, edits.Count));
            Assert.All(ClausesWithVectors(again).Where(static clause => clause.Vector.Spelling == VectorSpelling.Array),
                clause => Assert.Equal("[1,2,3,4,5,6,7,8]", Compact(clause.Vector.Json.Span)));
        }
    }

    private static IEnumerable<KnnClause> ClausesWithVectors(RecognizedSearch? search) =>
        (search?.Clauses ?? []).Where(static clause => clause.HoldsVector);

    /// <summary>The body with its vectors cut out.</summary>
    private static string Rest(byte[] json, RecognizedSearch search, int vectors)
    {
        List<BodyEdit> cuts = [.. ClausesWithVectors(search).Select(static clause => clause.Vector).Concat(search.OtherVectors)
            .Select(static vector => new BodyEdit(vector.Json, default))];
        Assert.True(vectors <= cuts.Count);
        return Encoding.UTF8.GetString(BodyEdits.Splice(json, cuts));
    }

    /// <summary>Vectors by a plain reading of what these clients send: every key that holds one, outside of rescoring, filters and negations.</summary>
    private static IEnumerable<string> RankingVectors(JsonNode? node) => node switch
    {
        JsonArray array => array.SelectMany(RankingVectors),
        JsonObject members => members.SelectMany(static member => member.Key switch
        {
            "diversify" => RankingVectors(member.Value!["retriever"]),
            "filter" or "must_not" or "constant_score" or "rescore" or "aggs" or "post_filter" => [],
            "query_vector" when member.Value is not JsonObject => [member.Value!.ToJsonString()],
            "vector" when member.Value is JsonArray => [member.Value.ToJsonString()],
            "asked" or "query_value" => [member.Value!.ToJsonString()],
            "params" when member.Value is JsonObject { Count: 1 } parameters && parameters["query_vector"] is { } vector => [vector.ToJsonString()],
            _ => RankingVectors(member.Value),
        }),
        _ => [],
    };

    private static string Compact(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!.ToJsonString();

    private static List<(string App, byte[] Json)> Bodies()
    {
        string? folder = SharedMaterial.Find("clients/recorded");
        Assert.SkipUnless(folder is not null, SharedMaterial.Missing);

        List<(string, byte[])> bodies = [];
        foreach (string file in Directory.EnumerateFiles(folder!, "*.jsonl"))
        {
            foreach (string line in File.ReadLines(file))
            {
                JsonNode request = JsonNode.Parse(line)!;
                string? body = (string?)request["body"] ?? (string?)request["body_unpacked"];
                SearchEndpoint endpoint = SearchEndpoint.Recognize((string)request["method"]!, (string)request["target"]!);
                if (body is not null && endpoint.Kind is SearchEndpointKind.Search or SearchEndpointKind.MultiSearch or SearchEndpointKind.KnnSearch)
                {
                    bodies.AddRange((endpoint.Kind == SearchEndpointKind.MultiSearch ? body!.Split('\n') : [body!])
                        .Where(static json => json.StartsWith('{')).Select(json => (Path.GetFileName(file), Encoding.UTF8.GetBytes(json))));
                }
            }
        }

        return bodies;
    }
}
