using System.Text;
using EsRefine.Configuration;
using Microsoft.ML.Tokenizers;

namespace EsRefine.Embedding;

/// <summary>BERT's text clean-up, character for character as Hugging Face's <c>BertNormalizer</c> does it.</summary>
/// <remarks>
/// Microsoft.ML.Tokenizers has a normalizer, too. With it, vertical tabs, newer punctuation, İ and rare ideographs get token ids other than those the model
/// was trained with, and so other vectors.
/// </remarks>
/// <param name="cleanText">Drop control characters, turn all white space into spaces.</param>
/// <param name="separateIdeographs">Make every CJK ideograph a word.</param>
/// <param name="stripAccents">Decompose and drop the marks.</param>
/// <param name="lowercase">Lower case per character: no final sigma, no language's rules.</param>
internal sealed class BertTextNormalizer(bool cleanText, bool separateIdeographs, bool stripAccents, bool lowercase) : Normalizer
{
    public bool Lowercases => lowercase;

    /// <summary>Checks that accents can be removed. Without ICU, .NET may leave text unchanged, and vectors would be wrong without an error.</summary>
    /// <exception cref="ConfigurationException">The process runs without ICU.</exception>
    public static void RequireUnicodeData()
    {
        if ("\u00e9".Normalize(NormalizationForm.FormD) != "e\u0301" || Rune.ToLowerInvariant(new Rune('\u00c9')).Value != '\u00e9')
        {
            throw new ConfigurationException(
                "this process runs without Unicode data (ICU), so accented text would get wrong vectors: install ICU (Debian: libicu) and leave "
                + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT and InvariantGlobalization off");
        }
    }

    public override string Normalize(string original) => Normalize(original.AsSpan());

    public override string Normalize(ReadOnlySpan<char> original)
    {
        StringBuilder cleaned = new(original.Length + 16);
        bool ascii = true;
        foreach (Rune rune in original.EnumerateRunes())
        {
            ascii &= rune.IsAscii;
            if (cleanText && BertCharacters.IsRemoved(rune))
            {
                continue;
            }

            if (cleanText && BertCharacters.IsWhiteSpace(rune))
            {
                cleaned.Append(' ');
            }
            else if (separateIdeographs && BertCharacters.IsIdeograph(rune))
            {
                cleaned.Append(' ').Append(rune).Append(' ');
            }
            else if (stripAccents && rune.Value == 0xFFFE)
            {
                cleaned.Append('\uFFFF');   // string.Normalize throws on U+FFFE; its neighbor is just as absent from every vocabulary
            }
            else
            {
                cleaned.Append(rune);
            }
        }

        string text = cleaned.ToString();
        if (!ascii)
        {
            return Fold(text);
        }

        return lowercase ? text.ToLowerInvariant() : text;
    }

    /// <summary>The switches, for fingerprints.</summary>
    public override string ToString() => $"clean={cleanText} ideographs={separateIdeographs} accents={stripAccents} lowercase={lowercase}";

    private string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (Rune rune in (stripAccents ? text.Normalize(NormalizationForm.FormD) : text).EnumerateRunes())
        {
            if (stripAccents && BertCharacters.IsNonSpacingMark(rune))
            {
                continue;
            }

            if (!lowercase)
            {
                folded.Append(rune);
            }
            else if (rune.Value == 0x0130)
            {
                folded.Append("i\u0307");   // İ: the one character whose lower case is two; .NET's invariant rules leave it alone
            }
            else
            {
                folded.Append(Rune.ToLowerInvariant(rune));
            }
        }

        return folded.ToString();
    }
}
