using EsRefine.Http;
using EsRefine.Remembering;

namespace EsRefine.Models;

/// <summary>Forwards every request to another server and its reply back unchanged, and remembers the vectors in embeddings replies.</summary>
internal sealed class EmbeddingsRelay(TransparentProxy proxy, VectorMemory memory, ILogger<EmbeddingsRelay> logger)
{
    /// <summary>
    /// Largest request and reply to read, in bytes, inflated: a thousand vectors of 1,536 dimensions. Larger ones are forwarded without being read.
    /// </summary>
    private const int MaxBodyBytes = 32 * 1024 * 1024;

    private readonly MemoryShare _memory = MemoryShare.Quarter();

    /// <summary>Relays one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
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
        CopiedReply reply = new(response, client, MaxBodyBytes, copy => RememberAsync(texts, copy));
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
    }

    private async Task<IReadOnlyList<string>> ReadTextsAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool mayHoldTexts = EmbeddingsShape.IsEndpoint(request.Method, RawTarget.Of(context).Path)
            && (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
            && (request.Headers.ContentEncoding.Count == 0 || request.Headers.ContentEncoding is ["gzip"]);
        if (!mayHoldTexts)
        {
            return [];
        }

        BufferedBody body = await BufferedBody.ReadAsync(request, MaxBodyBytes, _memory, context.RequestAborted);
        return body.Json is { } json ? EmbeddingsShape.Texts(json) : [];
    }

    private async ValueTask RememberAsync(IReadOnlyList<string> texts, CopiedBody copy)
    {
        IReadOnlyList<HandedOutVector> vectors = copy.Inflate(MaxBodyBytes) is { } json ? EmbeddingsShape.Vectors(json, texts) : [];
        if (vectors.Count == 0)
        {
            logger.NothingToRemember(texts.Count, copy.Length);
        }

        await memory.RememberAsync(vectors);
    }
}
