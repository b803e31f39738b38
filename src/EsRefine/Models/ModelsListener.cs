using EsRefine.Configuration;
using EsRefine.Http;
using EsRefine.Remembering;
using EsRefine.Settings;
using EsRefine.Upstream;
using Microsoft.Extensions.AI;
using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Models;

/// <summary>The models listener: embeddings for applications, relayed or made here; each vector is remembered with its text before the application has it.</summary>
internal sealed class ModelsListener : IDisposable
{
    private readonly UpstreamClient? _upstream;
    private readonly RequestDelegate _answer;

    /// <param name="settings">A server to relay to comes before a local model.</param>
    /// <param name="memory">Remembers.</param>
    /// <param name="forwarder">Relays.</param>
    /// <param name="budget">For requests and copies of replies.</param>
    /// <param name="loggers">Of the parts.</param>
    /// <param name="generator">The local model; null where there is none.</param>
    public ModelsListener(
        EsRefineSettings settings, VectorMemory memory, IHttpForwarder forwarder, MemoryBudget budget, ILoggerFactory loggers,
        IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        if (settings.Models.Upstream is { } url)
        {
            UpstreamSettings server = new() { Urls = [url] };
            _upstream = new UpstreamClient(server, budget);
            PublishedAddress asTheyAre = new(new ListenSettings { Publish = ListenSettings.PublishNone });
            TransparentProxy proxy = new(forwarder, _upstream, server, asTheyAre, loggers.CreateLogger<TransparentProxy>(), budget);
            _answer = new EmbeddingsRelay(proxy, memory, budget, loggers.CreateLogger<EmbeddingsRelay>()).AnswerAsync;
        }
        else
        {
            ConfigurationException none = new("the models listener has nothing to hand out: models.upstream or model.folder must be set");
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
