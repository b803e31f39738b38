using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EsRefine.TestSupport;

/// <summary>An OpenAI-compatible server with scripted replies and failures for <c>POST /v1/chat/completions</c>; everything else is a 404.</summary>
public sealed class ScriptedChatServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ChatCall> _calls = [];
    private int _inFlight;
    private int _lastIndex = -1;
    private int _mostInFlight;

    private ScriptedChatServer(WebApplication application)
    {
        _application = application;
    }

    /// <summary>The value for <c>judge.url</c>.</summary>
    public Uri Url => new(_application.Urls.Single() + "/v1");

    /// <summary>The calls so far, in order of arrival.</summary>
    public IReadOnlyCollection<ChatCall> Calls => _calls;

    /// <summary>Calls being answered now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The most calls that were being answered at one time.</summary>
    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    /// <summary>Starts a server on a free port of the loopback.</summary>
    public static async Task<ScriptedChatServer> StartAsync(ChatScript script)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        ScriptedChatServer server = new(application);
        application.Run(context => server.AnswerAsync(context, script));
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // A hanging script must not block the test, so calls in flight are aborted.
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, ChatScript script)
    {
        if (context.Request.Path != "/v1/chat/completions" || !HttpMethods.IsPost(context.Request.Method))
        {
            await ChatScripts.Error(404, "not_found_error")(context, null!);
            return;
        }

        RaiseMostInFlight(Interlocked.Increment(ref _inFlight));
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            ChatCall call = new(
                Interlocked.Increment(ref _lastIndex), body.RootElement.Clone(), context.Request.Headers.Authorization,
                context.Request.QueryString.Value ?? "");
            _calls.Enqueue(call);
            await script(context, call);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller disconnected, as many tests expect.
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private void RaiseMostInFlight(int inFlight)
    {
        int most = Volatile.Read(ref _mostInFlight);
        while (inFlight > most)
        {
            most = Interlocked.CompareExchange(ref _mostInFlight, inFlight, most);
        }
    }
}

/// <summary>Writes the answer to one call.</summary>
public delegate Task ChatScript(HttpContext context, ChatCall call);

/// <summary>A call as it arrived.</summary>
/// <param name="Index">Unique number, from 0.</param>
/// <param name="Body">The request's JSON.</param>
/// <param name="Authorization">The header, or null.</param>
/// <param name="QueryString">With its question mark, or empty.</param>
public sealed record ChatCall(int Index, JsonElement Body, string? Authorization, string QueryString)
{
    /// <summary>The text of the only message.</summary>
    public string Prompt => Body.GetProperty("messages")[0].GetProperty("content").GetString()!;

    public bool Has(string parameter) => Body.TryGetProperty(parameter, out _);
}
