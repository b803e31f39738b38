using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>The contents of a folder in sentence-transformers layout: the ONNX file to run, the tokenizer and the pooling.</summary>
internal sealed record ModelFolder
{
    /// <summary>Where exports and quantizers put the model, the plainest first.</summary>
    private static readonly string[] UsualFiles =
    [
        "model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx", "onnx/model_int8.onnx", "onnx/model_qint8_avx512_vnni.onnx",
        "onnx/model_qint8_avx512.onnx", "onnx/model_quint8_avx2.onnx", "onnx/model_uint8.onnx", "onnx/model_qint8_arm64.onnx",
    ];

    private const int UsualMaxTokens = 512;

    /// <summary>The folder's own name, as the model's.</summary>
    public required string Name { get; init; }

    public required string OnnxFile { get; init; }

    public required WordPieceEncoder Encoder { get; init; }

    public required PoolingMode Pooling { get; init; }

    /// <summary>Whether vectors are scaled to unit length, as <c>modules.json</c> says.</summary>
    public required bool Normalizes { get; init; }

    public required ModelPrompts Prompts { get; init; }

    /// <exception cref="ConfigurationException">Something is missing, broken, or not supported; the message names the file and the fix.</exception>
    public static ModelFolder Open(ModelSettings settings)
    {
        if (!Directory.Exists(settings.Folder))
        {
            throw new ConfigurationException($"the model folder {settings.Folder} does not exist; name a folder in sentence-transformers layout");
        }

        string folder = Path.GetFullPath(settings.Folder);
        (string transformer, string? poolingFolder, bool normalizes) = ReadModules(folder);
        ModelPrompts prompts = ModelPrompts.Read(settings);
        return new()
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            OnnxFile = FindOnnxFile(folder, transformer, settings.File),
            Encoder = new(ReadTokenizer(transformer), ReadMaxTokens(transformer)),
            Pooling = poolingFolder is null ? PoolingMode.Mean : ReadPooling(poolingFolder, prompts),
            Normalizes = normalizes,
            Prompts = prompts,
        };
    }

    /// <summary>Adds to a hash all but the weights that has a say in a vector.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        string settings = string.Join('\n', Encoder.MaxTokens, Pooling, Normalizes, Prompts, Encoder.Definition.Normalizer);
        hash.AppendData(Encoding.UTF8.GetBytes(settings));
        using MemoryStream vocabulary = Encoder.Definition.OpenVocabularyLines();
        hash.AppendData(vocabulary.ToArray());
    }

    private static string FindOnnxFile(string folder, string transformer, string? named)
    {
        if (named is not null)
        {
            string path = Path.Combine(folder, named);
            return File.Exists(path)
                ? path
                : throw new ConfigurationException($"the model folder {folder} has no file {named}; it has {ListOnnxFiles(folder)}");
        }

        string[] folders = [folder, transformer];
        return folders.SelectMany(parent => UsualFiles.Select(file => Path.Combine(parent, file))).FirstOrDefault(File.Exists)
            ?? throw new ConfigurationException($"the model folder {folder} has no model.onnx; it has {ListOnnxFiles(folder)}; name one as the model's file");
    }

    private static string ListOnnxFiles(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))];
        return files.Length == 0 ? "no .onnx file at all (export the model to ONNX)" : string.Join(", ", files.Order(StringComparer.Ordinal));
    }

    // modules.json: [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}, …]. Without it: a plain transformer, mean over its tokens.
    private static (string Transformer, string? PoolingFolder, bool Normalizes) ReadModules(string folder)
    {
        if (JsonFile.TryRead(Path.Combine(folder, "modules.json")) is not { } file)
        {
            return (folder, null, false);
        }

        string transformer = folder;
        string? pooling = null;
        bool normalizes = false;
        foreach (JsonElement module in file.Root.ValueKind == JsonValueKind.Array ? file.Root.EnumerateArray() : throw file.Wrong("modules", "a list"))
        {
            string type = file.Text(module, "type") ?? throw file.Wrong("type", "a module's type");
            string path = Path.Combine(folder, file.Text(module, "path") ?? "");
            switch (type[(type.LastIndexOf('.') + 1)..])
            {
                case "Transformer":
                    transformer = path;
                    break;
                case "Pooling":
                    pooling = path;
                    break;
                case "Normalize":
                    normalizes = true;
                    break;
                default:
                    throw new ConfigurationException($"{file.Path}: a {type} module is not supported yet, only Transformer, Pooling and Normalize are");
            }
        }

        return (transformer, pooling, normalizes);
    }

    private static WordPieceDefinition ReadTokenizer(string transformer)
    {
        WordPieceDefinition tokenizer = WordPieceDefinition.Read(transformer);
        JsonFile? wrapper = JsonFile.TryRead(Path.Combine(transformer, "sentence_bert_config.json"));
        return wrapper?.Flag("do_lower_case") == true && !tokenizer.Normalizer.Lowercases
            ? throw new ConfigurationException($"{wrapper.Path}: lower-casing before a cased tokenizer (do_lower_case) is not supported yet")
            : tokenizer;
    }

    private static int ReadMaxTokens(string transformer)
    {
        int? positions = JsonFile.TryRead(Path.Combine(transformer, "config.json"))?.Length("max_position_embeddings");
        int tokens = JsonFile.TryRead(Path.Combine(transformer, "sentence_bert_config.json"))?.Length("max_seq_length")
            ?? JsonFile.TryRead(Path.Combine(transformer, "tokenizer_config.json"))?.Length("model_max_length")
            ?? positions
            ?? UsualMaxTokens;
        return Math.Min(tokens, positions ?? tokens);   // beyond its position table a model cannot run
    }

    private static PoolingMode ReadPooling(string folder, ModelPrompts prompts)
    {
        string path = Path.Combine(folder, "config.json");
        JsonFile file = JsonFile.TryRead(path)
            ?? throw new ConfigurationException($"{path} is missing, though modules.json names it; copy the whole model folder");
        if (file.Flag("include_prompt") == false && prompts is not { Query: "", Document: "", Default: "" })
        {
            throw new ConfigurationException($"{path}: leaving the prompt out of the pooling (include_prompt: false) is not supported yet");
        }

        // Two dialects: a name since sentence-transformers 6, before it one flag per mode.
        if (file.Text("pooling_mode") is { } name)
        {
            return ModeNamed(name) ?? throw new ConfigurationException($"{path}: the pooling mode \"{name}\" is not supported yet");
        }

        string[] flags = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"];
        string[] chosen = [.. flags.Where(flag => file.Flag("pooling_mode_" + flag) == true)];
        return chosen switch
        {
            [] => PoolingMode.Mean,
            [var flag] => ModeNamed(flag)!.Value,
            _ => throw new ConfigurationException($"{path}: several pooling modes at once ({string.Join(", ", chosen)}) are not supported yet"),
        };
    }

    private static PoolingMode? ModeNamed(string name) => name switch
    {
        "mean" or "mean_tokens" => PoolingMode.Mean,
        "cls" or "cls_token" => PoolingMode.Cls,
        "max" or "max_tokens" => PoolingMode.Max,
        "mean_sqrt_len_tokens" => PoolingMode.MeanSqrtLen,
        "weightedmean" or "weightedmean_tokens" => PoolingMode.WeightedMean,
        "lasttoken" => PoolingMode.LastToken,
        _ => null,
    };
}
