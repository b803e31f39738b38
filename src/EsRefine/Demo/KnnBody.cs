using System.Text.Json;

namespace EsRefine.Demo;

/// <summary>The kNN search as an application would write it, in either engine's language.</summary>
internal static class KnnBody
{
    /// <summary>The vector field.</summary>
    public const string Field = "vector";

    /// <param name="dialect">The engine's language.</param>
    /// <param name="vector">The query vector.</param>
    /// <param name="size">Hits to return; <c>k</c> and, on Elasticsearch, <c>num_candidates</c> (at least 100) with them.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(EngineDialect dialect, ReadOnlySpan<float> vector, int size)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("size", size);
            json.WriteStartArray("_source");
            json.WriteStringValue("title");
            json.WriteEndArray();
            if (dialect == EngineDialect.OpenSearch)
            {
                json.WriteStartObject("query");
                json.WriteStartObject("knn");
                json.WriteStartObject(Field);
                WriteVector(json, "vector", vector);
                json.WriteNumber("k", size);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartObject("knn");
                json.WriteString("field", Field);
                WriteVector(json, "query_vector", vector);
                json.WriteNumber("k", size);
                json.WriteNumber("num_candidates", Math.Max(size, 100));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    public static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray(name);
        foreach (float component in vector)
        {
            json.WriteNumberValue(component);
        }

        json.WriteEndArray();
    }
}
