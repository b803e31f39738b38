using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EsRefine.Judging;

/// <summary>
/// A way of asking. "OpenAI-compatible" servers differ in what they refuse, and only the server itself knows: forms are tried from the fullest to the plainest
/// on real calls until one is accepted, so nothing is looked up by name and no call is made that is not a judgment.
/// </summary>
/// <param name="TopLogprobs">Alternatives asked for per token; 0 = no log-probabilities, the answer is read as text.</param>
/// <param name="IsReasoningStyle">Parameters of OpenAI's reasoning models: <c>max_completion_tokens</c>, neither temperature nor seed.</param>
/// <param name="SwitchesThinkingOff">Tells the chat template not to let the model think; servers without templates refuse the parameter.</param>
internal sealed record ChatRequestForm(int TopLogprobs, bool IsReasoningStyle = false, bool SwitchesThinkingOff = false)
{
    /// <summary>Positions that are read: the answer stands at the first, or behind one token of white space or markup at the second.</summary>
    public const int MaxTokens = 2;

    private const int FewestTopLogprobs = 5;
    private const int Seed = 42;

    // The reader of the request is a JSON parser, never a web page: text needs no escapes beyond JSON's own.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Fullest first. The limit on tokens in its old spelling comes first: a server that knows neither spelling would answer at length.</summary>
    public static IReadOnlyList<ChatRequestForm> Ladder(int topLogprobs) =>
    [
        new(topLogprobs),
        .. topLogprobs > FewestTopLogprobs ? [new ChatRequestForm(FewestTopLogprobs)] : (ReadOnlySpan<ChatRequestForm>)[],
        new(topLogprobs, IsReasoningStyle: true),
        new(0),
        new(0, IsReasoningStyle: true),
    ];

    /// <summary>What is asked for, in words for the log.</summary>
    public override string ToString() => (TopLogprobs == 0 ? "no log-probabilities" : $"{TopLogprobs} alternatives per token")
        + (IsReasoningStyle ? ", in the parameters of reasoning models" : "")
        + (SwitchesThinkingOff ? ", without thinking" : "");

    /// <summary>The request body, as JSON in UTF-8.</summary>
    // Not pooled: a server may answer before it has read the request, and the handler may still be sending these bytes when the call is over.
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
