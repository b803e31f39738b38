using System.Net;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Http;
using EsRefine.EmbeddedIndex.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Primitives;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace EsRefine.EmbeddedIndex;

/// <summary>
/// An index inside this process that answers like Elasticsearch 9.4, so that the demo and tests need no installed engine. Official clients work with it
/// unmodified. <see cref="Routes"/> lists the endpoints, and <see cref="Queries.QueryParser"/> lists the queries.
/// </summary>
/// <remarks>
/// kNN search is exact: every vector is compared in float32, which is fast enough for tens of thousands of documents. Text is scored by BM25 as in
/// Elasticsearch. All data is in memory and lost when the process ends. There is one node, one shard per index, no replicas and no security. It serves
/// HTTP/1.1 on a loopback address. Unsupported features get a 400 that names them; no part of a search is ignored. Not supported are, among others:
/// aggregations, sort, highlight, scroll, PIT, <c>_msearch</c>, updates, aliases, analyzers other than the standard one, <c>nested</c> fields, vectors
/// with components other than float, <c>filter_path</c>, and the line and column in the reasons of parse errors.
/// </remarks>
public sealed class EmbeddedIndexServer : IAsyncDisposable
{
    /// <summary>The name of the node and the cluster in replies.</summary>
    public const string NodeName = "esrefine-embedded";

    /// <summary>The default of Elasticsearch's <c>http.max_content_length</c>, 100 MB. A larger body gets a 413.</summary>
    private const long MaxBodyBytes = 100 * 1024 * 1024;

    private readonly WebApplication _application;
    private readonly IndexCatalog _catalog = new();
    private readonly Routes _routes;

    private EmbeddedIndexServer(WebApplication application, TimeProvider clock)
    {
        _application = application;
        _routes = new Routes(_catalog, clock);
    }

    /// <summary>The address of the server: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Url { get; private set; } = null!;

    /// <param name="listen">A loopback address and port; port 0 picks a free one.</param>
    /// <exception cref="ArgumentException">Not an IP address and port, or not a loopback address. Others are rejected because there is no security.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<EmbeddedIndexServer> StartAsync(
        string listen = "127.0.0.1:0", TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        if (!IPEndPoint.TryParse(listen, out IPEndPoint? endpoint) || !IPAddress.IsLoopback(endpoint.Address))
        {
            throw new ArgumentException($"the embedded index listens on a loopback address and port such as 127.0.0.1:9200, not on '{listen}'", nameof(listen));
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBodyBytes;
            options.Listen(endpoint, static listener => listener.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRequestDecompression();
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        WebApplication application = builder.Build();
        EmbeddedIndexServer server = new(application, clock ?? TimeProvider.System);
        application.UseRequestDecompression();
        application.Run(server.AnswerAsync);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        server.Url = new Uri(address);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _catalog.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string contentType = "application/json";
        Reply reply;
        try
        {
            IndexRequest request = await IndexRequest.ReadAsync(context);
            (contentType, Reply? refused) = MediaTypes.Negotiate(context.Request.Headers, hasBody: !request.Body.IsEmpty);
            reply = refused ?? _routes.Answer(request);
        }
        catch (ElasticsearchException exception)
        {
            reply = Reply.Error(exception);
        }
        catch (BadHttpRequestException exception)
        {
            reply = Reply.Json(exception.StatusCode, new JsonObject { ["error"] = exception.Message, ["status"] = exception.StatusCode });
        }

        await SendAsync(context, reply, contentType);
    }

    private static async Task SendAsync(HttpContext context, Reply reply, string contentType)
    {
        HttpResponse response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType ?? contentType;
        byte[] body = IsPretty(context.Request) && reply is { ContentType: null, Body.Length: > 0 } ? ElasticsearchJson.Indent(reply.Body) : reply.Body;
        response.ContentLength = body.Length;
        response.Headers["X-Elastic-Product"] = "Elasticsearch";
        if (reply.Location is { } location)
        {
            response.Headers.Location = location;
        }

        if (context.Request.Headers.TryGetValue("X-Opaque-Id", out StringValues opaqueId))
        {
            response.Headers["X-Opaque-Id"] = opaqueId;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>Whether the request has <c>?pretty</c> with a value other than false.</summary>
    private static bool IsPretty(HttpRequest request) => request.Query.TryGetValue("pretty", out StringValues value) && value != "false";

    /// <summary>Ignores Ctrl-C, which the host process handles. The server stops when its owner disposes it.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
