using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EsRefine.TestSupport;

/// <summary>A scripted cluster: Kestrel on a free port that answers with the test's bodies and records the requests.</summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<UpstreamRequest> _requests;

    private FakeUpstream(WebApplication app, ConcurrentQueue<UpstreamRequest> requests)
    {
        _app = app;
        _requests = requests;
        Url = new Uri(app.Urls.Single() + "/");
    }

    public Uri Url { get; }

    /// <summary>Requests received so far, in order.</summary>
    public IReadOnlyList<UpstreamRequest> Requests => [.. _requests];

    /// <summary>Starts a cluster that answers each request as the script says.</summary>
    public static Task<FakeUpstream> StartAsync(Func<UpstreamRequest, UpstreamAnswer> script) =>
        StartAsync((request, _) => ValueTask.FromResult(script(request)));

    /// <summary>Starts a cluster with an asynchronous script. The token is canceled when the caller aborts the request.</summary>
    public static async Task<FakeUpstream> StartAsync(Func<UpstreamRequest, CancellationToken, ValueTask<UpstreamAnswer>> script)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.Zero);
        WebApplication app = builder.Build();
        ConcurrentQueue<UpstreamRequest> requests = [];
        app.Run(async context =>
        {
            UpstreamRequest request = await UpstreamRequest.ReadAsync(context);
            requests.Enqueue(request);
            UpstreamAnswer answer = await script(request, context.RequestAborted);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            byte[] body = Encoding.UTF8.GetBytes(answer.Body);
            context.Response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(request.Method))
            {
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            }
        });
        await app.StartAsync();
        return new(app, requests);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A request as the scripted cluster received it.</summary>
/// <param name="Method">As sent.</param>
/// <param name="Target">Raw, path and query.</param>
/// <param name="Headers">A copy with case-insensitive names.</param>
/// <param name="Body">Without framing, not inflated.</param>
public sealed record UpstreamRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);

    internal static async Task<UpstreamRequest> ReadAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return new(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
    }
}

/// <summary>A reply of the scripted cluster.</summary>
public sealed record UpstreamAnswer(string Body, int Status = 200, string ContentType = "application/json");
