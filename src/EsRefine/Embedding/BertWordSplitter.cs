using System.Text;
using Microsoft.ML.Tokenizers;

namespace EsRefine.Embedding;

/// <summary>Splits clean text into words as Hugging Face's <c>BertPreTokenizer</c>: at white space, which goes, and around punctuation, which stays.</summary>
internal sealed class BertWordSplitter : PreTokenizer
{
    public static BertWordSplitter Instance { get; } = new();

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        List<(int Offset, int Length)> words = new(text.Length / 4);
        int start = 0;
        int position = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool space = BertCharacters.IsWhiteSpace(rune);
            if (space || BertCharacters.IsPunctuation(rune))
            {
                if (position > start)
                {
                    words.Add((start, position - start));
                }

                if (!space)
                {
                    words.Add((position, rune.Utf16SequenceLength));
                }

                start = position + rune.Utf16SequenceLength;
            }

            position += rune.Utf16SequenceLength;
        }

        if (position > start)
        {
            words.Add((start, position - start));
        }

        return words;
    }
}
