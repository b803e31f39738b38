using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace EsRefine.EmbeddedIndex.Tests;

/// <summary>A running embedded index and a plain HTTP client of it.</summary>
internal sealed class EmbeddedIndexClient : IAsyncDisposable
{
    private readonly EmbeddedIndexServer _server;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    private EmbeddedIndexClient(EmbeddedIndexServer server) => _server = server;

    public static async Task<EmbeddedIndexClient> StartAsync() =>
        new(await EmbeddedIndexServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Sends a request and returns the status and the JSON body. The body is null if the reply has none.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string target, string? body = null)
    {
        using HttpResponseMessage response = await SendRawAsync(method, target, body, "application/json");
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    /// <summary>Sends a request that must succeed.</summary>
    public async Task<JsonNode> SucceedAsync(string method, string target, string? body = null)
    {
        (int status, JsonNode? reply) = await SendAsync(method, target, body);
        Assert.True(status is 200 or 201, $"{method} {target}: {status} {reply}");
        return reply!;
    }

    /// <summary>Ids of the hits, best first.</summary>
    public async Task<string[]> SearchAsync(string index, string body) =>
        [.. (await SucceedAsync("POST", $"/{index}/_search", body))["hits"]!["hits"]!.AsArray().Select(static hit => hit!["_id"]!.ToString())];

    public async Task<HttpResponseMessage> SendRawAsync(string method, string target, string? body, string contentType, string? accept = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(_server.Url.AbsoluteUri.TrimEnd('/') + target));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }
}
