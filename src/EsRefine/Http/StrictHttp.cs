using System.Text.Json;

namespace EsRefine.Http;

/// <summary>
/// Refuses requests whose length is ambiguous (request smuggling) and which Kestrel accepts, before a byte is sent upstream. Kestrel itself refuses the other
/// ambiguous forms; <see cref="UnsignedLength"/> makes it refuse a signed length too.
/// </summary>
internal static class StrictHttp
{
    /// <summary>Kestrel moves a <c>Content-Length</c> that comes with a <c>Transfer-Encoding</c> to this header.</summary>
    private const string DisplacedContentLength = "X-Content-Length";

    /// <summary>The reason to refuse the request with 400. Null if its length is unambiguous.</summary>
    public static string? Ambiguity(HttpRequest request)
    {
        IHeaderDictionary headers = request.Headers;
        if (headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        if (HttpProtocol.IsHttp10(request.Protocol))
        {
            return "Transfer-Encoding in an HTTP/1.0 request";
        }

        if (headers.ContentLength is not null || headers.ContainsKey(DisplacedContentLength))
        {
            return "Content-Length together with Transfer-Encoding";
        }

        return headers.TransferEncoding is [{ } coding] && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase)
            ? null
            : "a Transfer-Encoding other than chunked";
    }

    /// <summary>Answers 400 in the engines' error format and closes the connection: the start of a next request on it cannot be determined.</summary>
    public static async Task RefuseAsync(HttpContext context, string reason)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new { error = new { type = "bad_request", reason = "esrefine does not forward a request whose length is ambiguous: " + reason }, status = 400 });
        HttpResponse response = context.Response;
        response.StatusCode = StatusCodes.Status400BadRequest;
        response.Headers.Connection = "close";
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
