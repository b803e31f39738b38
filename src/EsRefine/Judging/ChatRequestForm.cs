using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EsRefine.Judging;

/// <summary>
/// The parameters of a request. "OpenAI-compatible" servers differ in the parameters they reject. Forms are tried on real calls, from the one with the most
/// features to the simplest, until one is accepted. So there is no list of known servers and no extra call.
/// </summary>
/// <param name="TopLogprobs">Alternatives requested per token; 0 = no log-probabilities, the answer is read from the text.</param>
/// <param name="IsReasoningStyle">Whether to use the parameters of OpenAI's reasoning models: <c>max_completion_tokens</c>, no temperature and no seed.</param>
/// <param name="SwitchesThinkingOff">Whether to switch reasoning off in the chat template; servers without templates reject the parameter.</param>
internal sealed record ChatRequestForm(int TopLogprobs, bool IsReasoningStyle = false, bool SwitchesThinkingOff = false)
{
    /// <summary>The positions generated. The answer is at the first one, or at the second one after a token of white space or markup.</summary>
    public const int MaxTokens = 2;

    private const int FewestTopLogprobs = 5;
    private const int Seed = 42;

    // A JSON parser reads the request, never a browser, so no escapes for HTML are needed.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The forms in the order they are tried. Those with <c>max_tokens</c> come first: a server that ignores unknown parameters would answer at length.
    /// </summary>
    public static IReadOnlyList<ChatRequestForm> Ladder(int topLogprobs) =>
    [
        new(topLogprobs),
        .. topLogprobs > FewestTopLogprobs ? [new ChatRequestForm(FewestTopLogprobs)] : (ReadOnlySpan<ChatRequestForm>)[],
        new(topLogprobs, IsReasoningStyle: true),
        new(0),
        new(0, IsReasoningStyle: true),
    ];

    /// <summary>The form in words, for the log.</summary>
    public override string ToString() => (TopLogprobs == 0 ? "no log-probabilities" : $"{TopLogprobs} alternatives per token")
        + (IsReasoningStyle ? ", in the parameters of reasoning models" : "")
        + (SwitchesThinkingOff ? ", without thinking" : "");

    /// <summary>The request body, as JSON in UTF-8.</summary>
    // Not pooled: a server may answer before it has read the whole request, and the handler may still be sending these bytes when the call ends.
    public ReadOnlyMemory<byte> Write(string model, string prompt)
    {
        ArrayBufferWriter<byte> body = new(prompt.Length + 512);
        using Utf8JsonWriter writer = new(body, Json);
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        writer.WriteStartArray("messages"u8);
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteString("content"u8, prompt);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteNumber(IsReasoningStyle ? "max_completion_tokens"u8 : "max_tokens"u8, MaxTokens);
        if (!IsReasoningStyle)
        {
            writer.WriteNumber("temperature"u8, 0);
            writer.WriteNumber("seed"u8, Seed);
        }

        if (TopLogprobs > 0)
        {
            writer.WriteBoolean("logprobs"u8, true);
            writer.WriteNumber("top_logprobs"u8, TopLogprobs);
        }

        if (SwitchesThinkingOff)
        {
            writer.WriteStartObject("chat_template_kwargs"u8);
            writer.WriteBoolean("enable_thinking"u8, false);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }
}
