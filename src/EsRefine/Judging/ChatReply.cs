using System.Net;
using System.Text.Json;

namespace EsRefine.Judging;

/// <summary>A chat server's reply to a call: a verdict or a refusal.</summary>
/// <param name="Error">
/// The server's error code (<c>invalid_api_key</c>); null if it sent none. Never its message, which may repeat the prompt.
/// </param>
internal readonly record struct ChatReply(HttpStatusCode Status, ChatVerdict? Verdict, string? Error)
{
    private const string ContentFilter = "content_filter";
    private const int MaxErrorLength = 64;

    /// <summary>Whether the server may have refused the form of the request.</summary>
    public bool IsNotUnderstood => Verdict is null && Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity;

    /// <exception cref="JsonException">The reply has status 200 and is not a chat completion.</exception>
    public static ChatReply Read(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        if (status == HttpStatusCode.OK)
        {
            ChatCompletion completion = JsonSerializer.Deserialize(body.Span, ChatJson.Default.ChatCompletion) ?? throw new JsonException("the reply is null");
            return new(status, completion.ToVerdict(), null);
        }

        string? error = ErrorOf(body);

        // Azure filters the prompt before the model sees it, and reports that with status 400.
        return new(status, error == ContentFilter ? ChatVerdict.Refusal : null, error);
    }

    // {"error": {"code": "…", "type": "…"}}, or the same fields at the top level. Only a short identifier is used; other text may come from the prompt.
    private static string? ErrorOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement error = document.RootElement;
            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("error"u8, out JsonElement inner))
            {
                error = inner;
            }

            return NameIn(error, "code"u8) ?? NameIn(error, "type"u8);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)   // InvalidOperationException: the code is not a string
        {
            return null;
        }
    }

    private static string? NameIn(JsonElement error, ReadOnlySpan<byte> property) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(property, out JsonElement name) && name.ValueKind == JsonValueKind.String
        && name.GetString() is { Length: > 0 and <= MaxErrorLength } text
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')
            ? text
            : null;
}
