using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EsRefine.Recognition;

/// <summary>A value or a member name of a body.</summary>
/// <param name="Start">Its first byte; of a string or a name, the opening quote.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="Next">The token behind it and all that it contains.</param>
/// <param name="Kind">A start of an object or an array stands for all of it.</param>
/// <param name="Word">Of a member name: which known word it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BodyToken(int Start, int End, int Next, JsonTokenType Kind, BodyWord Word = BodyWord.Unknown);

/// <summary>A search body as a tree: every value knows its bytes and where the next one stands.</summary>
/// <remarks>
/// One pass of the JSON reader validates the whole body and lists its tokens in a pooled array, so that any subtree is skipped in one step.
/// Of arrays only the objects and arrays in them are listed: a vector is one value. <see cref="JsonDocument"/> lists all, which costs a fifth more than
/// the bare reader, and a third with its check for duplicates; this index costs a twentieth.
/// </remarks>
internal readonly ref struct BodyView : IDisposable
{
    /// <summary>Deeper bodies are forwarded unchanged. Elasticsearch stops at 30 nested queries, two to three levels of JSON each.</summary>
    public const int MaxDepth = 128;

    private const int FirstTokens = 256;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly BodyToken[] _tokens;
    private readonly int _count;

    /// <summary>Indexes a body.</summary>
    /// <exception cref="JsonException">Not strict JSON, or too deep.</exception>
    public BodyView(ReadOnlyMemory<byte> body)
    {
        _body = body;
        _tokens = ArrayPool<BodyToken>.Shared.Rent(FirstTokens);
        try
        {
            _count = Index(body.Span, ref _tokens);
        }
        catch (JsonException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The body's object. Missing where the body is another value, or one that both engines reject.</summary>
    public BodyNode Root => _count == 0 ? default : new(_body, _tokens, 0);

    /// <summary>Returns the tokens to the pool: no node of this view may be used afterwards.</summary>
    public void Dispose() => ArrayPool<BodyToken>.Shared.Return(_tokens);

    /// <summary>The number of tokens; 0 for a body that is not read further.</summary>
    private static int Index(ReadOnlySpan<byte> body, ref BodyToken[] tokens)
    {
        Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        Span<int> open = stackalloc int[MaxDepth];   // tokens of the objects and arrays around the reader
        int depth = 0;
        int count = 0;
        bool isInArray = false;
        while (reader.Read())
        {
            JsonTokenType kind = reader.TokenType;
            if (isInArray && kind is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.EndArray))
            {
                continue;
            }

            if (kind is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                ref BodyToken closed = ref tokens[open[--depth]];
                closed = closed with { End = (int)reader.BytesConsumed, Next = count };
                isInArray = depth > 0 && tokens[open[depth - 1]].Kind == JsonTokenType.StartArray;
                continue;
            }

            BodyWord word = BodyWord.Unknown;
            int start = (int)reader.TokenStartIndex;
            int end = (int)reader.BytesConsumed;
            if (kind == JsonTokenType.PropertyName)
            {
                word = BodyWords.Of(reader.ValueSpan);
                end = start + reader.ValueSpan.Length + 2;   // the reader has consumed the colon too
                if (IsDuplicate(word, tokens.AsSpan(0, count), open[depth - 1]) || (reader.ValueIsEscaped && IsEscapedWord(ref reader)))
                {
                    return 0;
                }
            }
            else if (kind is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                isInArray = kind == JsonTokenType.StartArray;
                open[depth++] = count;
            }

            if (depth == 0)
            {
                return 0;   // no object
            }

            if (count == tokens.Length)
            {
                Grow(ref tokens);
            }

            tokens[count] = new(start, end, count + 1, kind, word);
            count++;
        }

        return tokens[0].Kind == JsonTokenType.StartObject ? count : 0;
    }

    /// <summary>Whether a known word already names a member of the object: both engines answer 400 to duplicate keys.</summary>
    private static bool IsDuplicate(BodyWord word, ReadOnlySpan<BodyToken> tokens, int holder)
    {
        if (word == BodyWord.Unknown)
        {
            return false;
        }

        for (int name = holder + 1; name < tokens.Length; name = tokens[name + 1].Next)
        {
            if (tokens[name].Word == word)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name spells a known word with escapes: no client does, and scans of the body for a word's bytes would miss it.</summary>
    private static bool IsEscapedWord(ref Utf8JsonReader name)
    {
        const int LongestEscape = 6;   // \u006b
        if (name.ValueSpan.Length > LongestEscape * BodyWords.MaxLength || !JsonText.IsValid(name.ValueSpan))
        {
            return false;
        }

        Span<byte> text = stackalloc byte[LongestEscape * BodyWords.MaxLength];
        return BodyWords.Of(text[..name.CopyString(text)]) != BodyWord.Unknown;
    }

    private static void Grow(ref BodyToken[] tokens)
    {
        BodyToken[] larger = ArrayPool<BodyToken>.Shared.Rent(2 * tokens.Length);
        tokens.CopyTo(larger, 0);
        ArrayPool<BodyToken>.Shared.Return(tokens);
        tokens = larger;
    }
}
