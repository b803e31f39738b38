using System.Text.Json;
using System.Text.Unicode;

namespace EsRefine.Models;

/// <summary>An embeddings request of OpenAI's API. The model's name is ignored: there is one model, and the reply names it.</summary>
/// <param name="Texts">The texts to embed: at least one, none of them empty.</param>
/// <param name="Dimensions">Dimensions to truncate the vectors to; null = the model's own.</param>
/// <param name="AsBase64">Whether to return vectors as Base64 of little-endian float32, the default of the official clients.</param>
internal sealed record EmbeddingsRequest(IReadOnlyList<string> Texts, int? Dimensions, bool AsBase64)
{
    /// <summary>Most texts in one request, the same limit as OpenAI's.</summary>
    private const int MaxTexts = 2048;

    /// <summary>Reads a request.</summary>
    /// <param name="json">The body.</param>
    /// <param name="modelDimensions">The model's dimensions, the most that can be requested; null = unknown.</param>
    /// <param name="request">The request.</param>
    /// <returns>Null if the request is valid, otherwise the error to answer with.</returns>
    public static OpenAiError? Read(ReadOnlyMemory<byte> json, int? modelDimensions, out EmbeddingsRequest request)
    {
        request = new([], null, AsBase64: false);
        if (!Utf8.IsValid(json.Span))
        {
            return Wrong("the body is not valid UTF-8: encode the JSON as UTF-8", null);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement body = document.RootElement;
            return body.ValueKind != JsonValueKind.Object ? Wrong("the body must be a JSON object with the texts to embed as 'input'", null)
                : ReadTexts(body, out IReadOnlyList<string> texts)
                ?? ReadDimensions(body, modelDimensions, out int? dimensions)
                ?? ReadFormat(body, out bool asBase64)
                ?? Accept(request = new(texts, dimensions, asBase64));
        }
        catch (JsonException exception)
        {
            return Wrong($"the body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})", null);
        }
        catch (InvalidOperationException)   // JsonElement throws it for a lone surrogate
        {
            return Wrong("'input' holds a lone surrogate, which is not valid text", "input");
        }
    }

    private static OpenAiError? Accept(EmbeddingsRequest _) => null;

    private static OpenAiError? ReadTexts(JsonElement body, out IReadOnlyList<string> texts)
    {
        texts = [];
        if (!body.TryGetProperty("input", out JsonElement input) || input.ValueKind == JsonValueKind.Null)
        {
            return Wrong("'input' is missing: it must be the text to embed, or an array of texts", "input", "missing_required_parameter");
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            texts = [input.GetString()!];
        }
        else if (input.ValueKind != JsonValueKind.Array)
        {
            return Wrong("'input' must be a text or an array of texts", "input", "invalid_type");
        }
        else if (input.EnumerateArray().All(static text => text.ValueKind == JsonValueKind.String))
        {
            texts = [.. input.EnumerateArray().Select(static text => text.GetString()!)];
        }
        else
        {
            return input.EnumerateArray().All(static token => token.ValueKind is JsonValueKind.Number or JsonValueKind.Array)
                ? Wrong(
                    "'input' holds tokens, which depend on the tokenizer: send text instead (in LangChain, set check_embedding_ctx_length=False)",
                    "input", "invalid_type")
                : Wrong("'input' must be a text or an array of texts", "input", "invalid_type");
        }

        return texts.Count == 0 ? Wrong("'input' must not be an empty array", "input", "empty_array")
            : texts.Count > MaxTexts ? Wrong($"'input' holds {texts.Count} texts; the limit is {MaxTexts} per request", "input", "array_above_max_length")
            : texts.Any(static text => text.Length == 0) ? Wrong("'input' must not hold an empty text", "input", "empty_string")
            : null;
    }

    private static OpenAiError? ReadDimensions(JsonElement body, int? modelDimensions, out int? dimensions)
    {
        dimensions = null;
        if (!body.TryGetProperty("dimensions", out JsonElement written) || written.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (written.ValueKind != JsonValueKind.Number || !written.TryGetInt32(out int asked) || asked < 1 || asked > (modelDimensions ?? int.MaxValue))
        {
            string range = modelDimensions is { } most ? $"from 1 to {most}" : "of 1 or more";
            return Wrong($"'dimensions' must be a whole number {range}", "dimensions", "invalid_value");
        }

        dimensions = asked;
        return null;
    }

    private static OpenAiError? ReadFormat(JsonElement body, out bool asBase64)
    {
        bool isSaid = body.TryGetProperty("encoding_format", out JsonElement written) && written.ValueKind != JsonValueKind.Null;
        string format = isSaid ? written.ToString() : "float";
        asBase64 = format == "base64";
        return format is "float" or "base64" ? null : Wrong("'encoding_format' must be float or base64", "encoding_format", "invalid_value");
    }

    private static OpenAiError Wrong(string message, string? param, string? code = null) => new(StatusCodes.Status400BadRequest, message, param, code);
}
