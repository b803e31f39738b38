using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using EsRefine.EmbeddedIndex.Queries;
using EsRefine.EmbeddedIndex.Search;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Endpoints that search and count documents.</summary>
internal sealed class SearchEndpoints(IndexCatalog catalog)
{
    public Reply Search(IndexRequest request, string? expression)
    {
        long start = Stopwatch.GetTimestamp();
        using JsonDocument? body = request.ParseBody();
        SearchDefinition search = SearchDefinition.Parse(body?.RootElement ?? default, request.Url);
        return catalog.Read(indices =>
        {
            SearchResult result = SearchExecution.Run(indices.Resolve(expression, request.IgnoresUnavailable), search);
            return new Reply(StatusCodes.Status200OK, SearchReply.Write(search, result, Stopwatch.GetElapsedTime(start)));
        });
    }

    public Reply Count(IndexRequest request, string? expression)
    {
        using JsonDocument? body = request.ParseBody();
        Query query = SearchDefinition.ParseCount(body?.RootElement ?? default);
        return catalog.Read(indices =>
        {
            IReadOnlyList<DocumentIndex> found = indices.Resolve(expression, request.IgnoresUnavailable);
            ArrayBufferWriter<byte> text = new();
            using (Utf8JsonWriter writer = new(text, ElasticsearchJson.WriterOptions))
            {
                writer.WriteStartObject();
                writer.WriteNumber("count", found.Sum(index => SearchExecution.Count(index, query)));
                SearchReply.WriteShards(writer, found.Count);
                writer.WriteEndObject();
            }

            return new Reply(StatusCodes.Status200OK, text.WrittenSpan.ToArray());
        });
    }
}
