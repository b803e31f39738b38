using System.Text.Json;
using System.Text.Json.Serialization;

namespace EsRefine.Judging;

/// <summary>The answer in a token or in a whole reply.</summary>
internal enum ChatAnswer
{
    Neither,
    Yes,
    No,
}

/// <summary>Recognizes yes and no, ignoring case, spaces and punctuation.</summary>
internal static class ChatAnswers
{
    /// <summary>The answer in a token that is one word, with spaces and punctuation: <c>" Yes"</c>, <c>"YES."</c>, <c>"no\n"</c>; not <c>"Not"</c>.</summary>
    public static ChatAnswer OfToken(ReadOnlySpan<char> token)
    {
        int start = 0;
        int end = token.Length;
        while (start < end && IsFiller(token[start]))
        {
            start++;
        }

        while (end > start && IsFiller(token[end - 1]))
        {
            end--;
        }

        return OfWord(token[start..end]);
    }

    /// <summary>The answer in the first word of a text: <c>"Yes, because …"</c>.</summary>
    public static ChatAnswer OfText(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && IsFiller(text[start]))
        {
            start++;
        }

        int end = start;
        while (end < text.Length && !IsFiller(text[end]))
        {
            end++;
        }

        return OfWord(text[start..end]);
    }

    private static ChatAnswer OfWord(ReadOnlySpan<char> word) =>
        word.Equals("yes", StringComparison.OrdinalIgnoreCase) ? ChatAnswer.Yes
        : word.Equals("no", StringComparison.OrdinalIgnoreCase) ? ChatAnswer.No
        : ChatAnswer.Neither;

    // 'Ġ' and 'Ċ' are space and line feed in raw byte-level BPE tokens, which some servers return undecoded. SentencePiece's '▁' is already a symbol.
    private static bool IsFiller(char letter) => !char.IsLetterOrDigit(letter) || letter is 'Ġ' or 'Ċ';
}

/// <summary>Parses the text of a token into its answer without allocating a string, because a reply holds dozens of tokens.</summary>
internal sealed class ChatAnswerConverter : JsonConverter<ChatAnswer>
{
    // An escaped UTF-16 code unit takes six bytes. A longer text cannot be yes or no.
    private const int MaxTokenBytes = 96;

    public override ChatAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("a token must be a string");
        }

        if (reader.HasValueSequence || reader.ValueSpan.Length > MaxTokenBytes)
        {
            return ChatAnswer.Neither;
        }

        Span<char> token = stackalloc char[MaxTokenBytes];
        return ChatAnswers.OfToken(token[..reader.CopyString(token)]);
    }

    public override void Write(Utf8JsonWriter writer, ChatAnswer value, JsonSerializerOptions options) => throw new NotSupportedException();
}
