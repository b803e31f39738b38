using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>Reads a WordPiece tokenizer from Hugging Face's <c>tokenizer.json</c>.</summary>
/// <remarks>Its truncation and padding are ignored, because the model's maximum length overrides them.</remarks>
internal static class TokenizerJson
{
    /// <param name="settings"><c>tokenizer_config.json</c>, for the name of the padding token.</param>
    /// <exception cref="ConfigurationException">The tokenizer is broken, or of a kind this version cannot run.</exception>
    public static WordPieceDefinition Read(JsonFile file, JsonFile? settings)
    {
        JsonElement model = file.Value("model") ?? throw file.Wrong("model", "an object");
        string type = file.Text(model, "type") ?? "of an unnamed kind";
        if (type != "WordPiece")
        {
            throw new ConfigurationException($"{file.Path}: {type} tokenizers are not supported yet; use a WordPiece model such as all-MiniLM-L6-v2");
        }

        RequireType(file, "pre_tokenizer", "BertPreTokenizer");
        JsonElement normalizer = RequireType(file, "normalizer", "BertNormalizer");
        bool lowercase = file.Flag(normalizer, "lowercase") ?? true;
        string unknown = file.Text(model, "unk_token") ?? "[UNK]";
        IReadOnlyDictionary<string, int> special = ReadSpecialTokens(file);
        (int[] prefix, int[] suffix) = ReadTemplate(file, special);
        return new()
        {
            Vocabulary = ReadVocabulary(file, model),
            Source = file.Path,
            Normalizer = new(
                cleanText: file.Flag(normalizer, "clean_text") ?? true,
                separateIdeographs: file.Flag(normalizer, "handle_chinese_chars") ?? true,
                stripAccents: file.Flag(normalizer, "strip_accents") ?? lowercase,
                lowercase),
            UnknownToken = unknown,
            ContinuationPrefix = file.Text(model, "continuing_subword_prefix") ?? "##",
            MaxWordLength = file.Number(model, "max_input_chars_per_word") ?? 100,
            Prefix = prefix,
            Suffix = suffix,
            PaddingId = special.GetValueOrDefault(settings?.Value("pad_token") is { ValueKind: JsonValueKind.String } padding ? padding.GetString()! : "[PAD]"),
            SpecialTokens = special,
        };
    }

    private static JsonElement RequireType(JsonFile file, string key, string supported)
    {
        JsonElement part = file.Value(key) ?? throw file.Wrong(key, $"a {supported}");
        string? type = file.Text(part, "type");
        return type == supported ? part : throw new ConfigurationException($"{file.Path}: the {key} {type} is not supported yet, only {supported} is");
    }

    private static string[] ReadVocabulary(JsonFile file, JsonElement model)
    {
        if (file.Value(model, "vocab") is not { ValueKind: JsonValueKind.Object } entries)
        {
            throw file.Wrong("vocab", "an object of ids by token");
        }

        Dictionary<int, string> tokens = [];
        foreach (JsonProperty entry in entries.EnumerateObject())
        {
            // Ids are indices into a table, so a very large one must not determine its size.
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id is < 0 or > 5_000_000)
            {
                throw file.Wrong(entry.Name, "a token id");
            }

            tokens[id] = entry.Name;
        }

        string[] vocabulary = new string[tokens.Count == 0 ? 0 : tokens.Keys.Max() + 1];
        for (int id = 0; id < vocabulary.Length; id++)
        {
            vocabulary[id] = tokens.GetValueOrDefault(id, "");
        }

        return vocabulary;
    }

    private static Dictionary<string, int> ReadSpecialTokens(JsonFile file)
    {
        Dictionary<string, int> special = new(StringComparer.Ordinal);
        if (file.Value("added_tokens") is not { } added)
        {
            return special;
        }

        foreach (JsonElement token in added.ValueKind == JsonValueKind.Array ? added.EnumerateArray() : throw file.Wrong("added_tokens", "a list"))
        {
            string content = file.Text(token, "content") ?? throw file.Wrong("content", "a token's text");
            if (file.Flag(token, "special") != true)
            {
                throw new ConfigurationException($"{file.Path}: the added token {content} is not a special token; such vocabularies are not supported");
            }

            special[content] = file.Number(token, "id") ?? throw file.Wrong("id", "a token id");
        }

        return special;
    }

    private static (int[] Prefix, int[] Suffix) ReadTemplate(JsonFile file, IReadOnlyDictionary<string, int> special)
    {
        JsonElement processor = file.Value("post_processor") ?? throw file.Wrong("post_processor", "a TemplateProcessing or BertProcessing");
        switch (file.Text(processor, "type"))
        {
            // {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
            case "BertProcessing":
                return ([IdOf(PairText("cls"))], [IdOf(PairText("sep"))]);

            // {"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}]}
            case "TemplateProcessing" when file.Value(processor, "single") is { ValueKind: JsonValueKind.Array } single:
                JsonElement[] parts = [.. single.EnumerateArray()];
                int text = Array.FindIndex(parts, part => file.Value(part, "Sequence") is not null);
                return text < 0 ? throw file.Wrong("single", "a template with a Sequence") : (Ids(parts[..text]), Ids(parts[(text + 1)..]));

            default:
                throw file.Wrong("post_processor", "a TemplateProcessing or BertProcessing (others are not supported yet)");
        }

        string PairText(string key) => file.Value(processor, key) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
            ? pair[0].ToString()
            : throw file.Wrong(key, "a token and its id");

        int[] Ids(JsonElement[] parts) => [.. parts.Select(part => IdOf(TokenText(part)))];

        string TokenText(JsonElement part) => file.Value(part, "SpecialToken") is { } token && file.Text(token, "id") is { } id
            ? id
            : throw file.Wrong("single", "special tokens and a Sequence");

        int IdOf(string token) => special.TryGetValue(token, out int id) ? id : throw file.Wrong("added_tokens", $"a list that holds {token}");
    }
}
