using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>A request with its whole body.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Path">As sent, without the query.</param>
/// <param name="Segments">Segments of the path, unescaped one by one, so that an escaped slash in an id does not split its segment.</param>
/// <param name="Url">The query parameters.</param>
/// <param name="Body">Empty if there is none.</param>
internal sealed record IndexRequest(string Method, string Path, string[] Segments, IQueryCollection Url, ReadOnlyMemory<byte> Body)
{
    /// <exception cref="BadHttpRequestException">413: the body is over the limit.</exception>
    public static async Task<IndexRequest> ReadAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string path = target.Split('?', 2)[0];
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return new IndexRequest(
            context.Request.Method,
            path,
            [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)],
            context.Request.Query,
            body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    /// <summary>Parses the body as JSON. Returns an undefined element if there is none. The element is valid until the document is disposed.</summary>
    /// <exception cref="ElasticsearchException">400: not JSON.</exception>
    public JsonDocument? ParseBody() => Body.IsEmpty ? null : ElasticsearchJson.Parse(Body);

    /// <summary>Whether the request has <c>?refresh</c> or <c>?refresh=true</c>. Replies then contain <c>forced_refresh</c>.</summary>
    public bool ForcesRefresh => Url.TryGetValue("refresh", out StringValues value) && (string?)value is "" or "true";

    public bool IgnoresUnavailable => Url["ignore_unavailable"] == "true";
}
