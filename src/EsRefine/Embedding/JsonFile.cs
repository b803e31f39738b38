using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>A JSON file of a model folder. An absent or null value reads as null. A value of the wrong type is an error that names file and key.</summary>
internal sealed class JsonFile
{
    private JsonFile(string path, JsonElement root)
    {
        Path = path;
        Root = root;
    }

    public string Path { get; }

    public JsonElement Root { get; }

    /// <summary>The file, or null where there is none.</summary>
    /// <exception cref="ConfigurationException">The file exists but cannot be read as JSON.</exception>
    public static JsonFile? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            return new(path, document.RootElement.Clone());
        }
        catch (JsonException exception)
        {
            throw new ConfigurationException(
                $"{path}, line {exception.LineNumber + 1}: not valid JSON ({exception.Message}); download the model folder again", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    public JsonElement? Value(string key) => Value(Root, key);

    /// <summary>A member of an object in this file.</summary>
    public JsonElement? Value(JsonElement parent, string key)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(key, "an object around it");
        }

        return parent.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public bool? Flag(string key) => Flag(Root, key);

    public bool? Flag(JsonElement parent, string key) => Value(parent, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(key, "true or false"),
    };

    public string? Text(string key) => Text(Root, key);

    public string? Text(JsonElement parent, string key) => Value(parent, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Wrong(key, "a string"),
    };

    public int? Number(JsonElement parent, string key) => Value(parent, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int number) => number,
        _ => throw Wrong(key, "a whole number"),
    };

    /// <summary>A length; null if it is absent or means "no limit", which Hugging Face writes as 1e30.</summary>
    public int? Length(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) && number >= 1 => number <= 1_000_000 ? (int)number : null,
        _ => throw Wrong(key, "a positive number"),
    };

    public ConfigurationException Wrong(string key, string expected) => new($"{Path}: \"{key}\" must be {expected}; download the model folder again");
}
