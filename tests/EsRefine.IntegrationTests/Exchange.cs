using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Sends requests to a cluster or sidecar and normalizes the replies for comparison.</summary>
internal static partial class Exchange
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    /// <summary>Sends a request with exactly this target.</summary>
    public static Task<Reply> SendAsync(Uri server, HttpMethod method, string target, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(server, method, target, body is null ? null : Encoding.UTF8.GetBytes(body), headers);

    /// <inheritdoc cref="SendAsync(Uri, HttpMethod, string, string?, ValueTuple{string, string}[])"/>
    public static async Task<Reply> SendAsync(Uri server, HttpMethod method, string target, byte[]? body, params (string Name, string Value)[] headers)
    {
        Uri url = new(server.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using HttpRequestMessage request = new(method, url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (!Array.Exists(headers, static header => header.Name == "Content-Type"))
            {
                bool isBulk = target.Contains("_bulk", StringComparison.Ordinal);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(isBulk ? "application/x-ndjson" : "application/json");
            }
        }

        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value));
        }

        using HttpResponseMessage reply = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] bytes = await reply.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        string[] replyHeaders =
        [
            .. reply.Headers.Concat(reply.Content.Headers)
                .Where(static header => header.Key is not ("EsRefine" or "Server-Timing" or "TASK_RESOURCE_USAGE" or "Transfer-Encoding"))
                .SelectMany(header => header.Value.Select(value => header.Key == "Content-Length" && bytes.Length > 0 ? header.Key : $"{header.Key}: {value}"))
                .Order(StringComparer.Ordinal),
        ];
        return new((int)reply.StatusCode, replyHeaders, Encoding.UTF8.GetString(Inflate(bytes, reply.Content.Headers.ContentEncoding.Contains("gzip"))));
    }

    public static byte[] Gzip(string text)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }

    /// <summary>The decompressed body.</summary>
    public static byte[] Inflate(byte[] body, bool isCompressed)
    {
        if (!isCompressed || body.Length == 0)
        {
            return body;
        }

        using MemoryStream inflated = new();
        using GZipStream gzip = new(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }

    /// <summary>A reply.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Headers">
    /// Name and value of every header in order, except those that the sidecar adds, Transfer-Encoding, OpenSearch's task resource usage, and Content-Length,
    /// which changes with the digits of <c>took</c>.
    /// </param>
    /// <param name="Body">Inflated.</param>
    internal sealed record Reply(int Status, string[] Headers, string Body)
    {
        /// <summary>The body without values that differ between calls.</summary>
        public string Masked => StoreSize().Replace(ByNature().Replace(Body, "\"$1\":0"), "0b");
    }

    [GeneratedRegex("\"(took|ingest_took|_seq_no|_version|_scroll_id|pit_id|_primary_term)\":(\"[^\"]*\"|[0-9]+)")]
    private static partial Regex ByNature();

    [GeneratedRegex("\\b[0-9.]+[kmgt]?b\\b")]
    private static partial Regex StoreSize();
}
