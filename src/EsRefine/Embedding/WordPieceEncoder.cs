using EsRefine.Configuration;
using Microsoft.ML.Tokenizers;

namespace EsRefine.Embedding;

/// <summary>Converts text to the token ids that the model was trained with: clean-up, words, WordPiece, truncation, special tokens.</summary>
internal sealed class WordPieceEncoder
{
    private readonly WordPieceTokenizer _tokenizer;
    private readonly int _textTokens;

    /// <param name="definition">Vocabulary and rules, as the model folder gives them.</param>
    /// <param name="maxTokens">Longest sequence, special tokens included.</param>
    /// <exception cref="ConfigurationException">The vocabulary does not fit its rules.</exception>
    public WordPieceEncoder(WordPieceDefinition definition, int maxTokens)
    {
        Definition = definition;
        MaxTokens = maxTokens;
        _textTokens = maxTokens - definition.Prefix.Length - definition.Suffix.Length;
        if (_textTokens < 1)
        {
            throw new ConfigurationException($"{definition.Source}: a maximum length of {maxTokens} tokens leaves no room for text; see max_seq_length");
        }

        try
        {
            using MemoryStream lines = definition.OpenVocabularyLines();
            _tokenizer = WordPieceTokenizer.Create(lines, new WordPieceOptions
            {
                Normalizer = definition.Normalizer,
                PreTokenizer = BertWordSplitter.Instance,
                UnknownToken = definition.UnknownToken,
                ContinuingSubwordPrefix = definition.ContinuationPrefix,
                MaxInputCharsPerWord = definition.MaxWordLength,
            });
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException($"{definition.Source}: {exception.Message}; download the model folder again", exception);
        }
    }

    public WordPieceDefinition Definition { get; }

    public int MaxTokens { get; }

    /// <summary>The id that fills a batch's shorter rows.</summary>
    public int PaddingId => Definition.PaddingId;

    /// <summary>Token ids of a text, at most <see cref="MaxTokens"/>, special tokens at both ends.</summary>
    /// <param name="text">Any text; lone surrogates are removed.</param>
    /// <param name="recognizeSpecialTokens">
    /// Whether the spellings of special tokens in the text, such as <c>[SEP]</c>, become those tokens, as is Hugging Face's default.
    /// False for untrusted text such as documents.
    /// </param>
    public int[] Encode(string text, bool recognizeSpecialTokens = false)
    {
        List<int> ids = [.. Definition.Prefix];
        int end = ids.Count + _textTokens;
        if (recognizeSpecialTokens)
        {
            AppendRecognized(text, ids, end);
        }
        else
        {
            AppendPieces(text, ids, end);
        }

        if (ids.Count > end)
        {
            ids.RemoveRange(end, ids.Count - end);
        }

        ids.AddRange(Definition.Suffix);
        return [.. ids];
    }

    private void AppendRecognized(string text, List<int> ids, int end)
    {
        int start = 0;
        for (int position = 0; position < text.Length && ids.Count < end; position++)
        {
            if (SpecialTokenAt(text.AsSpan(position)) is { } token)
            {
                AppendPieces(text[start..position], ids, end);
                ids.Add(Definition.SpecialTokens[token]);
                start = position + token.Length;
                position = start - 1;
            }
        }

        AppendPieces(text[start..], ids, end);
    }

    private string? SpecialTokenAt(ReadOnlySpan<char> text)
    {
        string? longest = null;
        foreach (string token in Definition.SpecialTokens.Keys)
        {
            if (token.Length > (longest?.Length ?? 0) && text.StartsWith(token, StringComparison.Ordinal))
            {
                longest = token;
            }
        }

        return longest;
    }

    // The library drops a last word that does not fit; the reference truncates it. A word has at most MaxWordLength pieces, so request that many more tokens
    // and truncate afterward.
    private void AppendPieces(string text, List<int> ids, int end)
    {
        if (text.Length > 0 && ids.Count < end)
        {
            ids.AddRange(_tokenizer.EncodeToIds(text, end - ids.Count + Definition.MaxWordLength, out _, out _));
        }
    }
}
