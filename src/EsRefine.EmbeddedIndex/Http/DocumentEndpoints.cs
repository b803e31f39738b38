using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Mapping;
using EsRefine.EmbeddedIndex.Store;
using SourceFilter = EsRefine.EmbeddedIndex.Search.SourceFilter;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Endpoints that write and read documents, one or many at a time.</summary>
internal sealed class DocumentEndpoints(IndexCatalog catalog, TimeProvider clock)
{
    public Reply Put(IndexRequest request, string index, string id, bool mustBeNew)
    {
        WriteResult result = catalog.Write(indices => Write(indices, index, id, request.Body, mustBeNew));
        return Reply.Json(result.Status, Describe(index, result, request.ForcesRefresh)) with
        {
            Location = result.Result == "created" ? $"/{index}/_doc/{Uri.EscapeDataString(id)}" : null,
        };
    }

    public Reply Delete(IndexRequest request, string index, string id)
    {
        WriteResult result = catalog.Write(indices => indices.Get(index).Delete(id));
        return Reply.Json(result.Status, Describe(index, result, request.ForcesRefresh));
    }

    public Reply Get(IndexRequest request, string index, string id) => catalog.Read(indices =>
    {
        DocumentIndex found = indices.Get(index);
        if (found.FindOrdinal(id) is not { } ordinal)
        {
            return Reply.Json(StatusCodes.Status404NotFound, new JsonObject { ["_index"] = index, ["_id"] = id, ["found"] = false });
        }

        StoredDocument document = found.Document(ordinal);
        SourceFilter source = new SourceFilter().WithUrl(request.Url);
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter writer = new(text, ElasticsearchJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("_index", index);
            writer.WriteString("_id", id);
            writer.WriteNumber("_version", document.Version);
            writer.WriteNumber("_seq_no", document.SequenceNumber);
            writer.WriteNumber("_primary_term", 1);
            writer.WriteBoolean("found", true);
            if (source.Enabled)
            {
                writer.WritePropertyName("_source");
                source.Write(writer, found, ordinal);
            }

            writer.WriteEndObject();
        }

        return new Reply(StatusCodes.Status200OK, text.WrittenSpan.ToArray());
    });

    public Reply Bulk(IndexRequest request, string? defaultIndex)
    {
        long start = Stopwatch.GetTimestamp();
        List<BulkAction> actions = BulkLines.Parse(request.Body, defaultIndex);
        JsonObject[] items = catalog.Write(indices => actions.ConvertAll(action => Item(indices, action, request.ForcesRefresh)).ToArray());
        return Reply.Ok(new JsonObject
        {
            ["errors"] = items.Any(static item => item.Single().Value!["error"] is not null),
            ["took"] = (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            ["items"] = new JsonArray(items),
        });
    }

    private JsonObject Item(IndexCatalog indices, BulkAction action, bool forcesRefresh)
    {
        JsonObject outcome;
        try
        {
            WriteResult result = action.Action == "delete"
                ? indices.GetOrCreate(action.Index, clock).Delete(action.Id)
                : Write(indices, action.Index, action.Id, action.Source, mustBeNew: action.Action == "create");
            outcome = Describe(action.Index, result, forcesRefresh);
            outcome["status"] = result.Status;
        }
        catch (ElasticsearchException exception)
        {
            outcome = new JsonObject
            {
                ["_index"] = action.Index,
                ["_id"] = action.Id,
                ["status"] = exception.Status,
                ["error"] = exception.Describe(withCause: true),
            };
        }

        return new JsonObject { [action.Action] = outcome };
    }

    private WriteResult Write(IndexCatalog indices, string index, string id, ReadOnlyMemory<byte> source, bool mustBeNew)
    {
        DocumentIndex found = indices.GetOrCreate(index, clock);
        if (source.IsEmpty)
        {
            throw new ElasticsearchException(StatusCodes.Status400BadRequest, "parse_exception", "request body is required");
        }

        using JsonDocument document = ParseSource(source);
        return found.Write(id, document.RootElement, mustBeNew);
    }

    private static JsonDocument ParseSource(ReadOnlyMemory<byte> source)
    {
        try
        {
            return ElasticsearchJson.Parse(source);
        }
        catch (ElasticsearchException exception)
        {
            throw DocumentParser.Failure(exception);
        }
    }

    private static JsonObject Describe(string index, WriteResult result, bool forcesRefresh)
    {
        JsonObject description = new()
        {
            ["_index"] = index,
            ["_id"] = result.Id,
            ["_version"] = result.Version,
            ["result"] = result.Result,
        };
        if (forcesRefresh)
        {
            description["forced_refresh"] = true;
        }

        description["_shards"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["failed"] = 0 };
        description["_seq_no"] = result.SequenceNumber;
        description["_primary_term"] = 1;
        return description;
    }
}
