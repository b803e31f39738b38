using System.Globalization;

namespace EsRefine.EmbeddedIndex.Store;

/// <summary>
/// Splits a text into lower-case words. Close to Lucene's standard analyzer (Unicode word breaks, UAX #29) for European text and numbers.
/// Ideographs and Hiragana are one token each. Dictionaries, emoji and Southeast Asian scripts are not supported.
/// </summary>
internal static class StandardTokens
{
    /// <summary>Longer words are split into pieces of this many characters.</summary>
    private const int MaxTokenLength = 255;

    public static IEnumerable<string> Of(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && (IsWord(text[i]) || (start >= 0 && Joins(text, i)));
            bool single = inside && IsIdeograph(text[i]);
            if (start >= 0 && (!inside || single || i - start == MaxTokenLength))
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }

            if (single)
            {
                yield return text[i].ToString();
            }
            else if (inside && start < 0)
            {
                start = i;
            }
        }
    }

    private static bool IsWord(char character) =>
        char.IsLetterOrDigit(character)
        || char.GetUnicodeCategory(character)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Surrogate;

    // Apostrophes and periods between letters do not end a word (don't, e.g.), nor do periods and commas between digits (3.5, 1,000).
    private static bool Joins(string text, int i) =>
        i + 1 < text.Length && text[i] switch
        {
            '\'' or '.' or '’' => BothSides(text, i, char.IsLetter) || BothSides(text, i, char.IsDigit),
            ':' or '·' => BothSides(text, i, char.IsLetter),
            ',' or ';' => BothSides(text, i, char.IsDigit),
            _ => false,
        };

    private static bool BothSides(string text, int i, Func<char, bool> kind) => kind(text[i - 1]) && kind(text[i + 1]);

    private static bool IsIdeograph(char character) =>
        character is (>= '\u3041' and <= '\u309F') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');
}
