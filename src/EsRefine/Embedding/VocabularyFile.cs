using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>Reads a WordPiece tokenizer from <c>vocab.txt</c> (a token per line, its id the line's number) and <c>tokenizer_config.json</c>.</summary>
internal static class VocabularyFile
{
    /// <param name="settings"><c>tokenizer_config.json</c>; null: BERT's usual settings.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or lacks a special token.</exception>
    public static WordPieceDefinition Read(string path, JsonFile? settings)
    {
        string[] vocabulary;
        try
        {
            vocabulary = [.. File.ReadLines(path).Select(line => line.TrimEnd())];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {exception.Message}", exception);
        }

        Dictionary<string, int> ids = new(vocabulary.Length, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Length; id++)
        {
            if (ids.TryGetValue(vocabulary[id], out int earlier))
            {
                vocabulary[earlier] = "";   // a token listed twice has its last id, as in the reference
            }

            ids[vocabulary[id]] = id;
        }

        string classToken = Special("cls_token", "[CLS]");
        string separator = Special("sep_token", "[SEP]");
        string padding = Special("pad_token", "[PAD]");
        string unknown = Special("unk_token", "[UNK]");
        bool lowercase = settings?.Flag("do_lower_case") ?? true;
        return new()
        {
            Vocabulary = vocabulary,
            Source = path,
            Normalizer = new(
                cleanText: true,
                separateIdeographs: settings?.Flag("tokenize_chinese_chars") ?? true,
                stripAccents: settings?.Flag("strip_accents") ?? lowercase,
                lowercase),
            UnknownToken = unknown,
            Prefix = [IdOf(classToken)],
            Suffix = [IdOf(separator)],
            PaddingId = IdOf(padding),
            SpecialTokens = new[] { classToken, separator, padding, unknown, Special("mask_token", "[MASK]") }
                .Where(ids.ContainsKey).Distinct().ToDictionary(token => token, token => ids[token], StringComparer.Ordinal),
        };

        // A special token is written as its text, or as an object that holds it.
        string Special(string key, string usual) => settings?.Value(key) switch
        {
            null => usual,
            { ValueKind: JsonValueKind.Object } token => settings.Text(token, "content") ?? usual,
            _ => settings.Text(key) ?? usual,
        };

        int IdOf(string token) => ids.TryGetValue(token, out int id)
            ? id
            : throw new ConfigurationException($"{path} lacks the special token {token}; download the model folder again");
    }
}
