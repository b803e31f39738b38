using System.Text.Json;
using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>One JSON file of a model folder. What is absent or null reads as null; what is of the wrong kind is an error that names file and key.</summary>
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
    /// <exception cref="ConfigurationException">It is there and cannot be read as JSON.</exception>
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
                $"{path}, line {exception.LineNumber + 1}: not valid JSON ({exception.Message}); fetch the model folder anew", exception);
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

    /// <summary>A length: null where absent or beyond all bounds, as the 1e30 that stands for "no limit".</summary>
    public int? Length(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) && number >= 1 => number <= 1_000_000 ? (int)number : null,
        _ => throw Wrong(key, "a positive number"),
    };

    public ConfigurationException Wrong(string key, string expected) => new($"{Path}: \"{key}\" should be {expected}; fetch the model folder anew");
}
