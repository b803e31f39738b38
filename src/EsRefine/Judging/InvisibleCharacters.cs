using System.Text;

namespace EsRefine.Judging;

/// <summary>
/// Characters that no reader sees, but a language model does: a text can carry instructions in them. Tags and variation selectors (U+E0000–U+E0FFF,
/// U+FE00–U+FE0F), zero-width characters, and controls of the writing direction, which show a text in another order than it is read.
/// </summary>
internal static class InvisibleCharacters
{
    /// <summary>The text without them; the same instance where it holds none.</summary>
    public static string Remove(string text)
    {
        if (!Holds(text))
        {
            return text;
        }

        StringBuilder visible = new(text.Length);
        foreach (Rune character in text.EnumerateRunes())
        {
            if (!IsInvisible(character.Value))
            {
                visible.Append(character.ToString());
            }
        }

        return visible.ToString();
    }

    private static bool Holds(string text)
    {
        foreach (Rune character in text.EnumerateRunes())
        {
            if (IsInvisible(character.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInvisible(int character) => character switch
    {
        < 0xAD => false,
        0xAD or 0x34F or 0x61C or 0x180E => true,        // soft hyphen, grapheme joiner, Arabic letter mark, Mongolian vowel separator
        >= 0x200B and <= 0x200F => true,                 // zero width, left-to-right and right-to-left marks
        >= 0x202A and <= 0x202E => true,                 // embeddings and overrides of the direction
        >= 0x2060 and <= 0x206F => true,                 // word joiner, invisible operators, isolates, deprecated format controls
        >= 0xFE00 and <= 0xFE0F or 0xFEFF => true,       // variation selectors, byte order mark
        >= 0xFFF9 and <= 0xFFFB => true,                 // interlinear annotation
        >= 0xE0000 and <= 0xE0FFF => true,               // tags, variation selectors supplement
        _ => false,
    };
}
