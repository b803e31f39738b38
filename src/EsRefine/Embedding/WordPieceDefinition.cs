using System.Text;
using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>A WordPiece tokenizer as a model folder defines it: in <c>tokenizer.json</c>, else in <c>vocab.txt</c> and <c>tokenizer_config.json</c>.</summary>
/// <remarks><c>tokenizer.json</c>'s own truncation and padding are not read: they are leftovers of its export.</remarks>
internal sealed record WordPieceDefinition
{
    /// <summary>Tokens by id; a hole is an empty string.</summary>
    public required IReadOnlyList<string> Vocabulary { get; init; }

    /// <summary>The file it came from, for messages.</summary>
    public required string Source { get; init; }

    public required BertTextNormalizer Normalizer { get; init; }

    public required string UnknownToken { get; init; }

    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>A longer word is one unknown token. UTF-16 units, where the reference counts code points: they part only in words of over 50 astral letters.</summary>
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
            return FromTokenizerJson(tokenizer, settings);
        }

        string vocabulary = Path.Combine(folder, "vocab.txt");
        if (File.Exists(vocabulary))
        {
            return FromVocabulary(vocabulary, settings);
        }

        string? other = Array.Find(["sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json"], name => File.Exists(Path.Combine(folder, name)));
        throw new ConfigurationException(other is null
            ? $"{folder} has neither tokenizer.json nor vocab.txt; copy the whole model folder"
            : $"{Path.Combine(folder, other)}: BPE and Unigram tokenizers are not supported yet; use a WordPiece model such as all-MiniLM-L6-v2");
    }

    /// <summary>The vocabulary in the form of <c>vocab.txt</c>: a token per line, its id the line's number from 0.</summary>
    public MemoryStream OpenVocabularyLines() => new(Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary)));

    private static WordPieceDefinition FromVocabulary(string path, JsonFile? settings)
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
            : throw new ConfigurationException($"{path} lacks the special token {token}; fetch the model folder anew");
    }

    private static WordPieceDefinition FromTokenizerJson(JsonFile file, JsonFile? settings)
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
            // Ids index a table, so a stray huge one must not size it.
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
                throw new ConfigurationException($"{file.Path}: the added token {content} is not a special one; such vocabularies are not supported yet");
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

        int[] Ids(JsonElement[] parts) =>
            [.. parts.Select(part => IdOf(file.Text(file.Value(part, "SpecialToken") ?? throw file.Wrong("single", "special tokens and a Sequence"), "id") ?? ""))];

        int IdOf(string token) => special.TryGetValue(token, out int id) ? id : throw file.Wrong("added_tokens", $"a list that holds {token}");
    }
}
