namespace EsRefine.Recognition;

/// <summary>Kinds of tokens.</summary>
internal enum PainlessTokenKind
{
    Name,
    Text,
    Number,
    Symbol,
}

/// <summary>One token of a Painless source. Comments are none, and what a string says is one: a call inside either is no call.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a string what it says.</param>
internal readonly record struct PainlessToken(PainlessTokenKind Kind, string Text)
{
    /// <summary>The tokens of a source. A source that is not Painless gives tokens too: the cluster rejects it.</summary>
    public static List<PainlessToken> All(ReadOnlySpan<char> source)
    {
        List<PainlessToken> tokens = [];
        while (!source.IsEmpty)
        {
            char first = source[0];
            int length = 1;
            if (source.StartsWith("//"))
            {
                length = LengthTo(source, source.IndexOfAny('\n', '\r'), 1);
            }
            else if (source.StartsWith("/*"))
            {
                int end = source[2..].IndexOf("*/");
                length = LengthTo(source, end < 0 ? end : end + 2, 2);
            }
            else if (first is '\'' or '"')
            {
                length = QuotedLength(source);
                tokens.Add(new(PainlessTokenKind.Text, Unquote(source[1..Math.Max(1, length - 1)])));
            }
            else if (IsOfName(first))
            {
                bool isNumber = char.IsAsciiDigit(first);
                while (length < source.Length && (IsOfName(source[length]) || (isNumber && source[length] == '.')))
                {
                    length++;
                }

                tokens.Add(new(isNumber ? PainlessTokenKind.Number : PainlessTokenKind.Name, source[..length].ToString()));
            }
            else if (!char.IsWhiteSpace(first))
            {
                length = SymbolLength(source);
                tokens.Add(new(PainlessTokenKind.Symbol, first == '?' && length == 2 ? "." : source[..length].ToString()));   // a?.b is a.b
            }

            source = source[length..];
        }

        return tokens;
    }

    private static bool IsOfName(char character) => character == '_' || char.IsAsciiLetterOrDigit(character);

    private static int LengthTo(ReadOnlySpan<char> source, int end, int closing) => end < 0 ? source.Length : end + closing;

    private static int QuotedLength(ReadOnlySpan<char> source)
    {
        for (int i = 1; i < source.Length; i++)
        {
            if (source[i] == source[0])
            {
                return i + 1;
            }

            i += source[i] == '\\' ? 1 : 0;
        }

        return source.Length;
    }

    private static string Unquote(ReadOnlySpan<char> quoted) =>
        quoted.Contains('\\') ? quoted.ToString().Replace("\\", "", StringComparison.Ordinal) : quoted.ToString();

    /// <summary>Only an assignment must be told from comparisons, and <c>?.</c> from a condition.</summary>
    private static int SymbolLength(ReadOnlySpan<char> source) =>
        source is ['=' or '!' or '<' or '>' or '+' or '-' or '*' or '/' or '%' or '&' or '|' or '^', '=', ..]
        || (source is ['?', '.', char next, ..] && char.IsAsciiLetter(next)) ? 2 : 1;
}
