using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using EsRefine.Embedding;
using EsRefine.Http;
using EsRefine.Remembering;
using Microsoft.Extensions.AI;

namespace EsRefine.Models;

/// <summary>
/// Serves OpenAI's embeddings API with the local model: <c>POST /v1/embeddings</c> and <c>GET /v1/models[/NAME]</c>. The prefix <c>/v1</c> is optional.
/// </summary>
/// <param name="generator">The model.</param>
/// <param name="purpose">Which of the model's prompts is prepended to each text: <c>query</c>, <c>document</c> or <c>unspecified</c>.</param>
/// <param name="memory">Remembers the returned vectors.</param>
/// <param name="budget">The memory budget for requests.</param>
internal sealed class LocalEmbeddings(IEmbeddingGenerator<string, Embedding<float>> generator, string purpose, VectorMemory memory, MemoryBudget budget)
{
    /// <summary>Largest request in bytes: 2,048 texts of 8 KB.</summary>
    private const int MaxBodyBytes = 16 * 1024 * 1024;

    private readonly EmbeddingGeneratorMetadata? _metadata = generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;

    private string ModelName => _metadata?.DefaultModelId ?? "local";

    /// <summary>Answers one request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        string method = context.Request.Method;
        string path = RawTarget.Of(context).Path.ToString();
        string resource = (path.StartsWith("/v1/", StringComparison.Ordinal) ? path[3..] : path).TrimEnd('/');
        bool reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        return resource switch
        {
            "/embeddings" when HttpMethods.IsPost(method) => EmbedAsync(context),
            "/models" when reads => AnswerAsync(context, Models),
            _ when reads && resource.StartsWith("/models/", StringComparison.Ordinal) => Uri.UnescapeDataString(resource["/models/".Length..]) == ModelName
                ? AnswerAsync(context, WriteModel)
                : new OpenAiError(StatusCodes.Status404NotFound, $"the model does not exist; the only model is '{ModelName}'", "model", "model_not_found")
                    .AnswerAsync(context.Response),
            "/embeddings" => NotAllowedAsync(context, "POST"),
            "/models" => NotAllowedAsync(context, "GET, HEAD"),
            _ => new OpenAiError(
                    StatusCodes.Status404NotFound, $"unknown endpoint {method} {path}: use POST /v1/embeddings or GET /v1/models", Code: "unknown_url")
                .AnswerAsync(context.Response),
        };
    }

    private async Task EmbedAsync(HttpContext context)
    {
        BufferedBody body = await BufferedBody.ReadAsync(context.Request, MaxBodyBytes, budget, context.RequestAborted);
        OpenAiError? refusal;
        EmbeddingsRequest? request = null;
        if (!body.IsWhole)
        {
            refusal = new(
                StatusCodes.Status413PayloadTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"the body is larger than {MaxBodyBytes} bytes: send fewer texts per request"));
        }
        else if (body.Json is not { } json)
        {
            refusal = new(StatusCodes.Status400BadRequest, "the body cannot be decoded with its Content-Encoding");
        }
        else
        {
            refusal = EmbeddingsRequest.Read(json, _metadata?.DefaultModelDimensions, out request);
        }

        if (refusal is not null)
        {
            await refusal.AnswerAsync(context.Response);
            return;
        }

        EmbeddingGenerationOptions options = purpose switch { "query" => EmbeddingPurposes.Query, "document" => EmbeddingPurposes.Document, _ => new() };
        options.Dimensions = request!.Dimensions;
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(request.Texts, options, context.RequestAborted);
        await memory.RememberAsync([.. request.Texts.Zip(embeddings, static (text, embedding) => new HandedOutVector(text, embedding.Vector))]);
        await AnswerAsync(context, writer => WriteEmbeddings(writer, embeddings, request.AsBase64));
    }

    private void WriteEmbeddings(Utf8JsonWriter writer, GeneratedEmbeddings<Embedding<float>> embeddings, bool asBase64)
    {
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (int i = 0; i < embeddings.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", i);
            writer.WritePropertyName("embedding");
            WriteVector(writer, embeddings[i].Vector.Span, asBase64);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("model", ModelName);
        writer.WriteStartObject("usage");
        long tokens = embeddings.Usage?.InputTokenCount ?? 0;
        writer.WriteNumber("prompt_tokens", tokens);
        writer.WriteNumber("total_tokens", tokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter writer, ReadOnlySpan<float> vector, bool asBase64)
    {
        if (asBase64)
        {
            byte[] bytes = new byte[vector.Length * sizeof(float)];
            for (int i = 0; i < vector.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            }

            writer.WriteBase64StringValue(bytes);
            return;
        }

        writer.WriteStartArray();
        foreach (float component in vector)
        {
            writer.WriteNumberValue(component);
        }

        writer.WriteEndArray();
    }

    private void Models(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        WriteModel(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteModel(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", ModelName);
        writer.WriteString("object", "model");
        writer.WriteNumber("created", 0);
        writer.WriteString("owned_by", "esrefine");
        writer.WriteEndObject();
    }

    private static async Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter writer = new(body))
        {
            write(writer);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }

    private static Task NotAllowedAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new OpenAiError(StatusCodes.Status405MethodNotAllowed, $"this endpoint allows only {allowed}", null, "method_not_allowed")
            .AnswerAsync(context.Response);
    }
}
