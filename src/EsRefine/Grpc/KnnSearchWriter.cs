using System.Text;
using System.Text.Json;
using Grpc.Core;

namespace EsRefine.Grpc;

/// <summary>The search a client of the cluster would have sent, in the dialect of the field's mapping.</summary>
internal static class KnnSearchWriter
{
    private const int DefaultK = 10;
    private const int MostHits = 10_000;

    /// <summary>Writes the body.</summary>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a number out of range, or a filter that is not a JSON object or array.</exception>
    public static byte[] Write(V1.SearchRequest request, ReadOnlySpan<float> vector, EngineDialect dialect)
    {
        int k = Within(request.K == 0 ? DefaultK : request.K, "k");
        ReadOnlySpan<byte> filter = Encoding.UTF8.GetBytes(request.FilterJson);
        Check(filter);
        using MemoryStream stream = new((vector.Length * 12) + filter.Length + 256);
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("size", k);
            if (dialect == EngineDialect.Elasticsearch)
            {
                json.WriteStartObject("knn");
                json.WriteString("field", request.Field);
                WriteVector(json, "query_vector", vector);
                json.WriteNumber("k", k);
                json.WriteNumber("num_candidates", Candidates(request, k));
            }
            else
            {
                json.WriteStartObject("query");
                json.WriteStartObject("knn");
                json.WriteStartObject(request.Field);
                WriteVector(json, "vector", vector);
                json.WriteNumber("k", k);
            }

            if (!filter.IsEmpty)
            {
                json.WritePropertyName("filter");
                WriteFilter(json, filter, dialect);
            }

            json.WriteEndObject();
            if (dialect == EngineDialect.OpenSearch)
            {
                json.WriteEndObject();
                json.WriteEndObject();
            }

            if (request.SourceFields.Count > 0)
            {
                json.WriteStartArray("_source");
                foreach (string field in request.SourceFields)
                {
                    json.WriteStringValue(field);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>OpenSearch accepts one query only, Elasticsearch also an array.</summary>
    private static void WriteFilter(Utf8JsonWriter json, ReadOnlySpan<byte> filter, EngineDialect dialect)
    {
        bool wraps = dialect == EngineDialect.OpenSearch && filter.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
        json.WriteRawValue(wraps ? [.. "{\"bool\":{\"filter\":"u8, .. filter, .. "}}"u8] : filter);
    }

    private static int Candidates(V1.SearchRequest request, int k) =>
        request.NumCandidates > 0 ? Within(request.NumCandidates, "num_candidates") : Math.Min(MostHits, Math.Max(100, k + (k / 2)));

    private static int Within(uint value, string name) =>
        value <= MostHits ? (int)value : throw new RpcException(new Status(StatusCode.InvalidArgument, $"{name} must be from 1 to {MostHits}, not {value}"));

    private static void Check(ReadOnlySpan<byte> filter)
    {
        if (filter.IsEmpty)
        {
            return;
        }

        try
        {
            Utf8JsonReader reader = new(filter);
            reader.Read();
            bool isQuery = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            reader.Skip();
            if (isQuery && !reader.Read())
            {
                return;
            }
        }
        catch (JsonException)
        {
        }

        const string Shape = "filter_json must be a query in the cluster's query DSL, as a JSON object, or an array of them";
        throw new RpcException(new Status(StatusCode.InvalidArgument, Shape));
    }

    private static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray(name);
        foreach (float component in vector)
        {
            json.WriteNumberValue(component);
        }

        json.WriteEndArray();
    }
}
