using EsRefine.Configuration;
using EsRefine.Http;
using EsRefine.Remembering;
using EsRefine.Settings;
using EsRefine.Upstream;
using Microsoft.Extensions.AI;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Models;

/// <summary>
/// The models listener: embeddings for applications, relayed from another server or from the local model. Each vector is remembered with its text before the
/// application receives it.
/// </summary>
internal sealed class ModelsListener : IDisposable
{
    private readonly UpstreamClient? _upstream;
    private readonly RequestDelegate _answer;

    /// <param name="settings">If <c>models.upstream</c> is set, requests are relayed to it and the local model is not used.</param>
    /// <param name="memory">Remembers the vectors.</param>
    /// <param name="forwarder">Forwards relayed requests.</param>
    /// <param name="budget">The memory budget for requests and copies of replies.</param>
    /// <param name="loggers">Creates the loggers.</param>
    /// <param name="generator">The local model; null if there is none.</param>
    public ModelsListener(
        EsRefineSettings settings, VectorMemory memory, IHttpForwarder forwarder, MemoryBudget budget, ILoggerFactory loggers,
        IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        if (settings.Models.Upstream is { } url)
        {
            UpstreamSettings server = new() { Urls = [url] };
            _upstream = new UpstreamClient(server, TimeProvider.System, loggers.CreateLogger<UpstreamClient>(), budget);
            PublishedAddress asTheyAre = new(new ListenSettings { Publish = ListenSettings.PublishNone });
            TransparentProxy proxy = new(forwarder, _upstream, asTheyAre, loggers.CreateLogger<TransparentProxy>(), budget);
            _answer = new EmbeddingsRelay(proxy, memory, settings.Models.RelayAllPaths, budget, loggers.CreateLogger<EmbeddingsRelay>()).AnswerAsync;
        }
        else
        {
            ConfigurationException none = new("the models listener has no source of embeddings: set models.upstream or model.folder");
            _answer = new LocalEmbeddings(generator ?? throw none, settings.Models.Purpose, memory, budget).AnswerAsync;
        }
    }

    /// <summary>Answers one request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        if (StrictHttp.Ambiguity(context.Request) is { } ambiguity)
        {
            return StrictHttp.RefuseAsync(context, ambiguity);
        }

        if (HttpMethods.IsConnect(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        return _answer(context);
    }

    public void Dispose() => _upstream?.Dispose();
}
