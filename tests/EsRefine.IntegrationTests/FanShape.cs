using System.Globalization;
using System.Text;
using System.Text.Json;
using EsRefine.TestSupport.Engines;

namespace EsRefine.IntegrationTests;

/// <summary>The documents of <see cref="Fan"/> with another mapping of the vector and another form of the document.</summary>
/// <param name="Mapping">Settings and mapping of the index.</param>
/// <param name="Document">The JSON of a document.</param>
internal sealed record FanShape(string Mapping, Func<FanDocument, string> Document)
{
    private const string NestedFrame = """
        {"settings":{"number_of_shards":1,"number_of_replicas":0 $SETTINGS},"mappings":{"properties":{"text":{"type":"text"},"shelf":{"type":"keyword"},
          "p":{"type":"nested","properties":{"words":{"type":"text"},"lang":{"type":"keyword"},"v":{$FIELD}}}}}}
        """;

    private const string FlatFrame = """
        {"settings":{"number_of_shards":1,"number_of_replicas":0 $SETTINGS},"mappings":{$MAPPING "properties":{"text":{"type":"text"},"shelf":{"type":"keyword"},"pair":{"type":"keyword"},
          "v":{$FIELD},"also-v":{"type":"alias","path":"v"},"v-too":{"type":"alias","path":"v"}}}}
        """;

    /// <summary>A chunk that is far from every query.</summary>
    public const string Preface = "This almanac was printed in the old town by the river, and its many pages are numbered.";

    private const string SemanticField = """{"type":"semantic_text","inference_id":"$EMBEDDER","index_options":{"dense_vector":{"type":"hnsw","element_type":"float"}}}""";

    private const string SemanticFrame = """
        {"settings":{"number_of_shards":1,"number_of_replicas":0 $SETTINGS},"mappings":{"properties":{"shelf":{"type":"keyword"},$PROPERTIES}}}
        """;

    /// <summary>Vectors of passages: each document's own and one that is far from every query.</summary>
    public static FanShape NestedElasticsearch { get; } = new(
        Fill(NestedFrame, """ "type":"dense_vector","dims":8,"index_options":{"type":"hnsw"} """), NestedDocument);

    /// <inheritdoc cref="NestedElasticsearch"/>
    public static FanShape NestedOpenSearch { get; } = new(
        Fill(NestedFrame, """ "type":"knn_vector","dimension":8,"method":{"name":"hnsw","engine":"lucene","space_type":"cosinesimil"} """, settings: ""","index.knn":true"""),
        NestedDocument);

    /// <summary>One vector field with two aliases.</summary>
    /// <param name="field">Its mapping parameters after type and dimensions.</param>
    /// <param name="vector">The vector's JSON.</param>
    /// <param name="mapping">Mapping parameters before the properties.</param>
    /// <param name="settings">More settings.</param>
    public static FanShape Elasticsearch(string field, Func<double, string>? vector = null, string mapping = "", string settings = "") => new(
        Fill(FlatFrame, """ "type":"dense_vector","dims":8 """ + field, mapping, settings), document => FlatDocument(document, vector));

    /// <inheritdoc cref="Elasticsearch"/>
    public static FanShape OpenSearch(string field, Func<double, string>? vector = null, string mapping = "", string settings = ""","index.knn":true""") => new(
        Fill(FlatFrame, """ "type":"knn_vector","dimension":8 """ + field, mapping, settings), document => FlatDocument(document, vector));

    /// <summary>Texts that Elasticsearch embeds itself, chunk by chunk; see <see cref="FanModels"/>.</summary>
    /// <param name="properties">Mapping of the fields that hold them; <c>$SEMANTIC</c> is a field with unquantized vectors.</param>
    /// <param name="document">Those fields in a document.</param>
    /// <param name="settings">More settings.</param>
    public static FanShape Semantic(string properties, Func<FanDocument, object> document, string settings = "") => new(
        SemanticFrame
            .Replace("$SETTINGS", settings, StringComparison.Ordinal)
            .Replace("$PROPERTIES", properties, StringComparison.Ordinal)
            .Replace("$SEMANTIC", SemanticField, StringComparison.Ordinal),
        fan => $$"""{"shelf":"{{fan.Shelf}}",{{JsonSerializer.Serialize(document(fan))[1..]}}""");

    /// <summary>One such text of two chunks; the second chunk has the document's own vector.</summary>
    public static FanShape LongSemantic(string settings = "") =>
        Semantic(""" "st":$SEMANTIC """, static document => new { st = LongText(document) }, settings);

    /// <inheritdoc cref="LongSemantic"/>
    public static string LongText(FanDocument document) => Preface + " " + document.Text;

    /// <summary>A vector of bytes at an angle from the query vector.</summary>
    public static sbyte[] BytesAt(double angle) =>
        [.. Fan.VectorAt(angle, length: 250).Select(static component => (sbyte)Math.Clamp(MathF.Round(component), -128, 127))];

    /// <summary>A collapse key shared by two neighbors of the same relevance.</summary>
    public static string PairOf(FanDocument document) => $"{document.Id[..4]}{int.Parse(document.Id.AsSpan(4), CultureInfo.InvariantCulture) / 2}";

    /// <summary>Creates an index of the documents and returns its name.</summary>
    public async Task<string> IndexAsync(RunningEngine engine)
    {
        string index = engine.NewIndexName("shape");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", Mapping);
        await engine.SendAsync(HttpMethod.Get, $"/_cluster/health/{index}?wait_for_status=green&timeout=30s");
        StringBuilder bulk = new();
        foreach (FanDocument document in Fan.Documents)
        {
            bulk.Append(CultureInfo.InvariantCulture, $"{{\"index\":{{\"_id\":\"{document.Id}\"}}}}\n").Append(Document(document)).Append('\n');
        }

        JsonElement reply = await engine.SendAsync(HttpMethod.Post, $"/{index}/_bulk?refresh=true", bulk.ToString(), "application/x-ndjson");
        return reply.GetProperty("errors").GetBoolean() ? throw new InvalidOperationException("bulk: " + reply) : index;
    }

    private static string Fill(string frame, string field, string mapping = "", string settings = "") => frame
        .Replace("$SETTINGS", settings, StringComparison.Ordinal)
        .Replace("$MAPPING", mapping, StringComparison.Ordinal)
        .Replace("$FIELD", field, StringComparison.Ordinal);

    private static string FlatDocument(FanDocument document, Func<double, string>? vector) =>
        $$"""{"text":{{JsonSerializer.Serialize(document.Text)}},"shelf":"{{document.Shelf}}","pair":"{{PairOf(document)}}","v":{{vector?.Invoke(document.Angle) ?? Fan.Json(Fan.VectorAt(document.Angle))}}}""";

    private static string NestedDocument(FanDocument document) => JsonSerializer.Serialize(new
    {
        text = "An almanac.",
        shelf = document.Shelf,
        p = new object[]
        {
            new { words = "Imprint.", lang = "la", v = Fan.VectorAt(Math.PI) },
            new { words = document.Text, lang = document.IsRelevant ? "de" : "en", v = Fan.VectorAt(document.Angle) },
        },
    });
}
