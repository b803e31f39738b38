using System.Globalization;
using System.Text;

namespace EsRefine.Embedding;

/// <summary>The character classes of BERT's text clean-up and word splitting, as defined by Hugging Face's <c>tokenizers</c> library.</summary>
/// <remarks>
/// Models were trained with that library, whose tables of general categories are those of Unicode 8. It treats marks and punctuation assigned later as
/// ordinary characters, so <see cref="Younger"/> removes them from .NET's newer tables. Checked against release 0.23.2 over all code points.
/// </remarks>
internal static class BertCharacters
{
    // First and last code point of each run in which .NET knows marks, punctuation or format characters and the reference knows none.
    private static readonly (int First, int Last)[] Younger =
    [
        (0x061D, 0x061D), (0x07FD, 0x07FD), (0x0890, 0x08E2), (0x09FD, 0x09FE), (0x0A76, 0x0A76), (0x0AFA, 0x0AFF), (0x0B55, 0x0B55), (0x0C04, 0x0C3C),
        (0x0C77, 0x0C77), (0x0C84, 0x0C84), (0x0D00, 0x0D00), (0x0D3B, 0x0D3C), (0x0D81, 0x0D81), (0x0EBA, 0x0EBA), (0x0ECE, 0x0ECE), (0x180F, 0x1886),
        (0x1ABF, 0x1ACE), (0x1B4E, 0x1B4F), (0x1B7D, 0x1B7F), (0x1DF6, 0x1DFB), (0x2E43, 0x2E5D), (0xA82C, 0xA82C), (0xA8C5, 0xA8C5), (0xA8FF, 0xA8FF),
        (0xA9BD, 0xA9BD), (0x10D24, 0x10F89), (0x11070, 0x11074), (0x110C2, 0x110CD), (0x111CF, 0x111CF), (0x1123E, 0x11241), (0x1133B, 0x1133B),
        (0x113BB, 0x1145E), (0x11660, 0x1166C), (0x116B9, 0x116B9), (0x1182F, 0x11FFF), (0x12FF1, 0x1612F), (0x16D6D, 0x16F4F), (0x16FE2, 0x16FE4),
        (0x1CF00, 0x1CF46), (0x1E000, 0x1E5FF), (0x1E944, 0x1E95F),
    ];

    /// <summary>Whether clean-up removes the character, joining its neighbors: NUL, U+FFFD, and the categories Cc, Cf, Co except tab and line ends.</summary>
    public static bool IsRemoved(Rune rune) => rune.Value switch
    {
        '\t' or '\n' or '\r' => false,
        0xFFFD => true,
        _ => CategoryOf(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse,
    };

    /// <summary>Whether clean-up replaces the character with a space; checked after <see cref="IsRemoved"/>.</summary>
    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>Whether the character is a word by itself: every ASCII symbol, and beyond ASCII the categories P*.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value)
        : CategoryOf(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OtherPunctuation;

    /// <summary>An accent, once the text is decomposed: the category Mn.</summary>
    public static bool IsNonSpacingMark(Rune rune) => CategoryOf(rune) == UnicodeCategory.NonSpacingMark;

    /// <summary>A CJK ideograph, which is a word by itself. The reference begins extension E at 2B920 (it is 2B820); so do we.</summary>
    public static bool IsIdeograph(Rune rune) => rune.Value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static UnicodeCategory CategoryOf(Rune rune)
    {
        switch (rune.Value)
        {
            case < 0x0600:
                return Rune.GetUnicodeCategory(rune);   // nothing below has changed

            // The four that later versions of Unicode moved to another category.
            case 0x166D or 0x111C9:
                return UnicodeCategory.OtherPunctuation;
            case 0x1734 or 0x1171E:
                return UnicodeCategory.NonSpacingMark;
        }

        int low = 0;
        int high = Younger.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (int first, int last) = Younger[middle];
            if (rune.Value < first)
            {
                high = middle - 1;
            }
            else if (rune.Value > last)
            {
                low = middle + 1;
            }
            else
            {
                return UnicodeCategory.OtherNotAssigned;
            }
        }

        return Rune.GetUnicodeCategory(rune);
    }
}
