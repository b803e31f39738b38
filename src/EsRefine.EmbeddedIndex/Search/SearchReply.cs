using System.Buffers;
using System.Text.Json;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Search;

/// <summary>The body of a search reply.</summary>
internal static class SearchReply
{
    public static byte[] Write(SearchDefinition search, SearchResult result, TimeSpan took)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter writer = new(text, ElasticsearchJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("took", (long)took.TotalMilliseconds);
            writer.WriteBoolean("timed_out", false);
            WriteShards(writer, result.Shards);
            writer.WriteStartObject("hits");
            WriteTotal(writer, search, result);
            WriteMaxScore(writer, result);
            writer.WriteStartArray("hits");
            foreach (SearchHit hit in result.Hits)
            {
                WriteHit(writer, search, hit);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>Writes <c>"_shards":{…}</c> of a read: one shard per index, none failed.</summary>
    public static void WriteShards(Utf8JsonWriter writer, int shards)
    {
        writer.WriteStartObject("_shards");
        writer.WriteNumber("total", shards);
        writer.WriteNumber("successful", shards);
        writer.WriteNumber("skipped", 0);
        writer.WriteNumber("failed", 0);
        writer.WriteEndObject();
    }

    private static void WriteTotal(Utf8JsonWriter writer, SearchDefinition search, SearchResult result)
    {
        if (search.TrackTotalHits is { } limit)
        {
            writer.WriteStartObject("total");
            writer.WriteNumber("value", Math.Min(result.Total, limit));
            writer.WriteString("relation", result.Total > limit ? "gte" : "eq");
            writer.WriteEndObject();
        }
    }

    private static void WriteMaxScore(Utf8JsonWriter writer, SearchResult result)
    {
        writer.WritePropertyName("max_score");
        if (result.MaxScore is { } maxScore)
        {
            ElasticsearchJson.WriteFloat(writer, maxScore);
        }
        else if (result.Shards == 0)
        {
            // Elasticsearch returns 0.0 if no index was searched and null if there were no hits.
            ElasticsearchJson.WriteFloat(writer, 0);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void WriteHit(Utf8JsonWriter writer, SearchDefinition search, SearchHit hit)
    {
        StoredDocument document = hit.Index.Document(hit.Ordinal);
        writer.WriteStartObject();
        writer.WriteString("_index", hit.Index.Name);
        writer.WriteString("_id", document.Id);
        if (search.Version)
        {
            writer.WriteNumber("_version", document.Version);
        }

        if (search.SequenceNumber)
        {
            writer.WriteNumber("_seq_no", document.SequenceNumber);
            writer.WriteNumber("_primary_term", 1);
        }

        writer.WritePropertyName("_score");
        ElasticsearchJson.WriteFloat(writer, hit.Score);
        if (search.Source.Enabled)
        {
            writer.WritePropertyName("_source");
            search.Source.Write(writer, hit.Index, hit.Ordinal);
        }

        search.Fields.Write(writer, hit.Index, hit.Ordinal);
        writer.WriteEndObject();
    }
}
