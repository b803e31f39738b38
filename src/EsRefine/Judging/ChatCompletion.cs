using System.Text.Json;
using System.Text.Json.Serialization;

namespace EsRefine.Judging;

/// <summary>The part of a reply of <c>/v1/chat/completions</c> that holds the judgment.</summary>
internal sealed record ChatCompletion(IReadOnlyList<ChatChoice>? Choices)
{
    /// <summary>P(relevant) read from the reply by the paper's rule, or the reason why there is none.</summary>
    /// <exception cref="JsonException">The reply is JSON, but not a chat completion.</exception>
    public ChatVerdict ToVerdict()
    {
        if (Choices is not [{ } choice, ..])
        {
            throw new JsonException("the reply has no choices");
        }

        if (choice.FinishReason == "content_filter" || choice.Message?.Refusal is { Length: > 0 })
        {
            return ChatVerdict.Refusal;
        }

        if (choice.Message is { Thinks: true })
        {
            return new(null, ChatVerdictSource.Thinking);
        }

        if (choice.Logprobs?.Content is { Count: > 0 } positions && positions[0]?.TopLogprobs is { Count: > 0 })
        {
            Judgment? judgment = positions[0]!.ToJudgment() ?? (positions.Count > 1 ? positions[1]?.ToJudgment() : null);
            return new(judgment, ChatVerdictSource.Logprobs);
        }

        return ChatAnswers.OfText(choice.Message?.Content) switch
        {
            ChatAnswer.Yes => new(Judgment.Of(1), ChatVerdictSource.Words),
            ChatAnswer.No => new(Judgment.Of(0), ChatVerdictSource.Words),
            _ => new(null, ChatVerdictSource.Words),
        };
    }
}

internal sealed record ChatChoice(string? FinishReason, ChatMessage? Message, ChatLogprobs? Logprobs);

/// <param name="ReasoningContent">The model's reasoning, if the server returns it separately (llama.cpp, vLLM, SGLang).</param>
/// <param name="Reasoning">The same, under the name that Ollama and newer vLLM use.</param>
internal sealed record ChatMessage(string? Content, string? Refusal, string? ReasoningContent, string? Reasoning)
{
    /// <summary>Whether the tokens are the start of reasoning rather than an answer.</summary>
    public bool Thinks =>
        ReasoningContent is { Length: > 0 } || Reasoning is { Length: > 0 } || Content?.StartsWith("<think>", StringComparison.Ordinal) == true;
}

internal sealed record ChatLogprobs(IReadOnlyList<ChatPosition?>? Content);

/// <summary>One generated position with its most likely tokens.</summary>
internal sealed record ChatPosition(IReadOnlyList<ChatAlternative>? TopLogprobs)
{
    // yes = Σ exp(logprob) over the alternatives that mean yes, and likewise for no; P = yes / (yes + no) if yes + no exceeds 1e-4.
    public Judgment? ToJudgment()
    {
        double yes = 0;
        double no = 0;
        foreach (ChatAlternative alternative in TopLogprobs ?? [])
        {
            if (alternative.Token == ChatAnswer.Yes)
            {
                yes += alternative.Mass;
            }
            else if (alternative.Token == ChatAnswer.No)
            {
                no += alternative.Mass;
            }
        }

        return Judgment.FromMasses(yes, no);
    }
}

internal readonly record struct ChatAlternative([property: JsonConverter(typeof(ChatAnswerConverter))] ChatAnswer Token, double Logprob)
{
    // Servers round, so the logarithm of a probability near 1 can be slightly above 0. A larger value is not a log-probability and must not become a judgment.
    private const double RoundingError = 1e-3;

    /// <summary>Probability, in [0, 1].</summary>
    public double Mass => Logprob <= RoundingError ? Math.Min(1, Math.Exp(Logprob)) : throw new JsonException("a log-probability is above 0");
}

/// <summary>Where a judgment was read from.</summary>
internal enum ChatVerdictSource
{
    Logprobs,

    /// <summary>The text of the reply, because it holds no log-probabilities; P is 0 or 1.</summary>
    Words,

    /// <summary>A content filter or the model refused to answer; P is 0.5, which is no evidence either way.</summary>
    Refusal,

    /// <summary>The reply holds only reasoning and no answer.</summary>
    Thinking,
}

/// <param name="Judgment">The judgment; null if the reply is neither yes nor no.</param>
internal readonly record struct ChatVerdict(Judgment? Judgment, ChatVerdictSource Source)
{
    public static readonly ChatVerdict Refusal = new(Judging.Judgment.Of(0.5), ChatVerdictSource.Refusal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatCompletion))]
internal sealed partial class ChatJson : JsonSerializerContext;
