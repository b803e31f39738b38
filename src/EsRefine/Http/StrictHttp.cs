using System.Text.Json;

namespace EsRefine.Http;

/// <summary>
/// Requests whose end two parties could see in different places (request smuggling), and which Kestrel lets through: they are refused before a byte goes
/// upstream. Kestrel itself refuses the rest, with <see cref="UnsignedLength"/> the lengths with a sign among them.
/// </summary>
internal static class StrictHttp
{
    /// <summary>Where Kestrel puts the <c>Content-Length</c> it found beside a <c>Transfer-Encoding</c>.</summary>
    private const string DisplacedContentLength = "X-Content-Length";

    /// <summary>Why the request is refused with 400; null: it is not.</summary>
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

    /// <summary>Answers 400 in the engines' shape and closes the connection, whose next bytes nobody can trust.</summary>
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
