using System.Text.Json;
using System.Text.Json.Serialization;

namespace EsRefine.Judging;

/// <summary>What a token, or a whole reply, says.</summary>
internal enum ChatAnswer
{
    Neither,
    Yes,
    No,
}

/// <summary>Reads yes and no up to case, spaces and punctuation.</summary>
internal static class ChatAnswers
{
    /// <summary>A token is an answer when only spaces and punctuation stand around it: <c>" Yes"</c>, <c>"YES."</c>, <c>"no\n"</c>; not <c>"Not"</c>.</summary>
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

    /// <summary>A text answers with its first word: <c>"Yes, because …"</c>.</summary>
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

    // 'Ġ' and 'Ċ' are space and line feed in raw byte-level BPE tokens, which some servers pass on undecoded; SentencePiece's '▁' is a symbol anyway.
    private static bool IsFiller(char letter) => !char.IsLetterOrDigit(letter) || letter is 'Ġ' or 'Ċ';
}

/// <summary>Reads a token's text straight into what it says: a reply holds dozens, and none is needed as a string.</summary>
internal sealed class ChatAnswerConverter : JsonConverter<ChatAnswer>
{
    // Six bytes per UTF-16 code unit when escaped; anything longer is no spelling of yes or no.
    private const int MaxTokenBytes = 96;

    public override ChatAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("a token is a string");
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
