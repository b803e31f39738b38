using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EsRefine.Judging;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Microsoft.AspNetCore.Http;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Documents whose vectors fan out from the query vector in one plane: the relevant ones to the left, the others, slightly nearer, to the right. The direction
/// from irrelevant to relevant is then the left tangent for every sample. The vector refined by <c>rocchio@0.3</c> is therefore known in advance (the query
/// vector turned left by 0.3 rad), and so are the rank and score of every document.
/// </summary>
internal static class Fan
{
    public const int Dimensions = 8;

    /// <summary>The turn of the default rule, in radians.</summary>
    public const double Turn = 0.3;

    /// <summary>A text with non-ASCII characters, so that every client has to encode it for a header.</summary>
    public const string QueryText = "Wie weit ist es zur Hütte am Gletscher? 氷河の小屋";

    /// <summary>The text encoded for <c>EsRefine-Query</c>.</summary>
    public static string QueryHeader { get; } = Uri.EscapeDataString(QueryText);

    /// <summary>
    /// 30 relevant documents at 0.05, 0.08, … rad to the left, 30 others at 0.03, 0.06, … rad to the right. No two have the same distance from 0 or from
    /// <see cref="Turn"/>.
    /// </summary>
    public static IReadOnlyList<FanDocument> Documents { get; } =
    [
        .. Enumerable.Range(0, 30).Select(static i => new FanDocument($"hut-{i:00}", 0.05 + (0.03 * i), i % 2 == 0 ? "even" : "odd")),
        .. Enumerable.Range(0, 30).Select(static i => new FanDocument($"tax-{i:00}", -0.03 - (0.03 * i), i % 2 == 0 ? "even" : "odd")),
    ];

    /// <summary>The vector at an angle from the query vector; no component is 0.</summary>
    public static float[] VectorAt(double angle, double length = 1)
    {
        float[] vector = new float[Dimensions];
        for (int i = 0; i < Dimensions; i++)
        {
            // Two orthogonal directions: all ones, and ones with alternating signs.
            vector[i] = (float)(length * (Math.Cos(angle) + (Math.Sin(angle) * (i % 2 == 0 ? 1 : -1))) / Math.Sqrt(Dimensions));
        }

        return vector;
    }

    /// <summary>The ids ranked by a query vector turned left by <paramref name="angle"/>.</summary>
    public static IEnumerable<FanDocument> Ranked(double angle) => Documents.OrderBy(document => Math.Abs(document.Angle - angle));

    /// <summary>A vector as the clients of both engines write it.</summary>
    public static string Json(float[] vector) => JsonSerializer.Serialize(vector);

    /// <summary>A vector as Elasticsearch's Python client packs it: float32, big-endian, Base64.</summary>
    public static string Base64(float[] vector)
    {
        byte[] bytes = new byte[vector.Length * sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleBigEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    /// <summary>Creates an index of the documents and returns its name.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="mapping">The mapping's properties and the settings; see <see cref="FanMapping"/>.</param>
    /// <param name="length">Length of every document's vector.</param>
    public static async Task<string> IndexAsync(RunningEngine engine, string mapping, double length = 1)
    {
        string index = engine.NewIndexName("fan");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", mapping);
        StringBuilder bulk = new();
        foreach (FanDocument document in Documents)
        {
            bulk.Append(CultureInfo.InvariantCulture, $"{{\"index\":{{\"_id\":\"{document.Id}\"}}}}\n");
            bulk.Append(document.Json(length)).Append('\n');
        }

        JsonElement reply = await engine.SendAsync(HttpMethod.Post, $"/{index}/_bulk?refresh=true", bulk.ToString(), "application/x-ndjson");
        return reply.GetProperty("errors").GetBoolean() ? throw new InvalidOperationException("bulk: " + reply) : index;
    }

    /// <summary>A language model that says yes to huts and no to taxes.</summary>
    public static Task KnowsHuts(HttpContext context, ChatCall call)
    {
        bool isHut = call.Prompt.Contains("hut by the glacier", StringComparison.Ordinal);
        return ChatScripts.Says(("yes", isHut ? 0.9 : 0.2), ("no", isHut ? 0.1 : 0.8))(context, call);
    }

    /// <summary>A qrels judge: huts are relevant.</summary>
    public static JudgeSettings Judge { get; } =
        LabelFiles.Write("fan", QueryText, Documents.Where(static document => document.IsRelevant).Select(static document => document.Id));
}

/// <summary>One document.</summary>
/// <param name="Id">The id, which also states whether the document is relevant.</param>
/// <param name="Angle">Between its vector and the query vector, in radians; left is positive.</param>
/// <param name="Shelf">A field for filters; each value has relevant and other documents.</param>
internal sealed record FanDocument(string Id, double Angle, string Shelf)
{
    public bool IsRelevant => Angle > 0;

    /// <summary>The text for the judge.</summary>
    public string Text => IsRelevant ? $"The hut by the glacier is {Angle:0.00} hours away." : $"Tax returns are due in {-Angle:0.00} months.";

    /// <summary>As indexed.</summary>
    public string Json(double length) => JsonSerializer.Serialize(new { text = Text, shelf = Shelf, v = Fan.VectorAt(Angle, length) });
}

/// <summary>Mappings for the documents. Both engines rank 60 documents without approximation.</summary>
internal static class FanMapping
{
    /// <param name="similarity">As the mapping says it.</param>
    /// <param name="vectorsInSource">Whether <c>_source</c> shows vectors; by default it does not.</param>
    public static string Elasticsearch(string similarity = "cosine", bool vectorsInSource = false) => $$$"""
        {"settings":{"number_of_shards":1,"number_of_replicas":0{{{(vectorsInSource ? ",\"index.mapping.exclude_source_vectors\":false" : "")}}}},
         "mappings":{"properties":{"text":{"type":"text"},"shelf":{"type":"keyword"},
           "v":{"type":"dense_vector","dims":8,"similarity":"{{{similarity}}}","index_options":{"type":"hnsw"} } } } }
        """;

    /// <param name="space">As the mapping says it.</param>
    public static string OpenSearch(string space = "cosinesimil") => $$$"""
        {"settings":{"number_of_shards":1,"number_of_replicas":0,"index.knn":true},
         "mappings":{"properties":{"text":{"type":"text"},"shelf":{"type":"keyword"},
           "v":{"type":"knn_vector","dimension":8,"method":{"name":"hnsw","engine":"lucene","space_type":"{{{space}}}"} } } } }
        """;
}
