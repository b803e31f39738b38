using EsRefine.Http;
using EsRefine.Remembering;

namespace EsRefine.Models;

/// <summary>
/// Passes requests for embeddings on to another server and its reply back, byte for byte; a copy of them is read on the way. Applications need nothing else of
/// such a server but its list of models, and whoever reaches this listener is not to reach what else it serves.
/// </summary>
/// <param name="relaysAllPaths">The operator wants everything relayed.</param>
internal sealed class EmbeddingsRelay(
    TransparentProxy proxy, VectorMemory memory, bool relaysAllPaths, MemoryBudget budget, ILogger<EmbeddingsRelay> logger)
{
    /// <summary>
    /// Largest request and reply to read, in bytes, inflated: a thousand vectors of 1,536 dimensions. Larger ones are forwarded without being read.
    /// </summary>
    private const int MaxBodyBytes = 32 * 1024 * 1024;

    /// <summary>Relays one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        string method = context.Request.Method;
        string path = RawTarget.Of(context).Path.ToString();
        if (!relaysAllPaths && !IsRelayed(method, path))
        {
            await new OpenAiError(
                StatusCodes.Status404NotFound,
                $"{method} {path} is not relayed: EsRefine relays requests for embeddings and GET /v1/models; models.relayAllPaths: true relays everything",
                Code: "unknown_url").AnswerAsync(context.Response);
            return;
        }

        IReadOnlyList<string> texts;
        try
        {
            texts = await ReadTextsAsync(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (texts.Count == 0)
        {
            await proxy.ForwardAsync(context, summary: null);
            return;
        }

        HttpResponse response = context.Response;
        Stream client = response.Body;
        using MemoryBudget.Lease held = budget.Begin(MemoryUse.Copies);
        CopiedReply reply = new(response, client, MaxBodyBytes, held, copy => RememberAsync(texts, copy, held));
        response.Body = reply;
        try
        {
            await proxy.ForwardAsync(context, summary: null);
        }
        finally
        {
            response.Body = client;
        }

        // The server sends the final chunk of a chunked reply after this method returns, so the application still waits here.
        await reply.EndAsync();
        if (reply.IsDropped)
        {
            logger.CopyDropped(texts.Count);
        }
    }

    private static bool IsRelayed(string method, string path) =>
        EmbeddingsShape.TextMember(path) is not null
        || ((HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) && (path is "/models" || path.EndsWith("/v1/models", StringComparison.Ordinal)));

    private async Task<IReadOnlyList<string>> ReadTextsAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string? member = HttpMethods.IsPost(request.Method) ? EmbeddingsShape.TextMember(RawTarget.Of(context).Path) : null;
        bool mayHoldTexts = member is not null
            && (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
            && (request.Headers.ContentEncoding.Count == 0 || request.Headers.ContentEncoding is ["gzip"]);
        if (!mayHoldTexts)
        {
            return [];
        }

        BufferedBody body = await BufferedBody.ReadAsync(request, MaxBodyBytes, budget, context.RequestAborted);
        using MemoryBudget.Lease reading = budget.Begin(MemoryUse.Bodies);
        return body.Json is { } json && reading.TryGrow(EmbeddingsShape.ReadingCost(json.Span)) ? EmbeddingsShape.Texts(json, member!) : [];
    }

    private async ValueTask RememberAsync(IReadOnlyList<string> texts, CopiedBody copy, MemoryBudget.Lease held)
    {
        IReadOnlyList<HandedOutVector> vectors = copy.Inflate(MaxBodyBytes, held) is { } json && held.TryGrow(EmbeddingsShape.ReadingCost(json.Span))
            ? EmbeddingsShape.Vectors(json, texts)
            : [];
        if (vectors.Count == 0)
        {
            logger.NothingToRemember(texts.Count, copy.Length);
        }

        await memory.RememberAsync(vectors);
    }
}
