using System.Text;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>A WordPiece tokenizer as a model folder defines it: in <c>tokenizer.json</c>, else in <c>vocab.txt</c> and <c>tokenizer_config.json</c>.</summary>
internal sealed record WordPieceDefinition
{
    /// <summary>Tokens by id; a hole is an empty string.</summary>
    public required IReadOnlyList<string> Vocabulary { get; init; }

    /// <summary>The file it came from, for messages.</summary>
    public required string Source { get; init; }

    public required BertTextNormalizer Normalizer { get; init; }

    public required string UnknownToken { get; init; }

    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>A longer word is one unknown token. UTF-16 units; the reference counts code points, which differs in words of over 50 astral letters.</summary>
    public int MaxWordLength { get; init; } = 100;

    /// <summary>Ids before every text: [CLS].</summary>
    public required int[] Prefix { get; init; }

    /// <summary>Ids after every text: [SEP].</summary>
    public required int[] Suffix { get; init; }

    public required int PaddingId { get; init; }

    public required IReadOnlyDictionary<string, int> SpecialTokens { get; init; }

    /// <exception cref="ConfigurationException">There is none, or it is of a kind this version cannot run; the message says which.</exception>
    public static WordPieceDefinition Read(string folder)
    {
        JsonFile? settings = JsonFile.TryRead(Path.Combine(folder, "tokenizer_config.json"));
        if (JsonFile.TryRead(Path.Combine(folder, "tokenizer.json")) is { } tokenizer)
        {
            return TokenizerJson.Read(tokenizer, settings);
        }

        string vocabulary = Path.Combine(folder, "vocab.txt");
        if (File.Exists(vocabulary))
        {
            return VocabularyFile.Read(vocabulary, settings);
        }

        string[] others = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json"];
        string? other = Array.Find(others, name => File.Exists(Path.Combine(folder, name)));
        throw new ConfigurationException(other is null
            ? $"{folder} has neither tokenizer.json nor vocab.txt; copy the whole model folder"
            : $"{Path.Combine(folder, other)}: BPE and Unigram tokenizers are not supported yet; use a WordPiece model such as all-MiniLM-L6-v2");
    }

    /// <summary>The vocabulary in the form of <c>vocab.txt</c>: a token per line, its id the line's number from 0.</summary>
    public MemoryStream OpenVocabularyLines() => new(Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary)));
}
