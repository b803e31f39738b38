using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Search;

/// <summary>
/// Selects the part of <c>_source</c> that a reply returns. Vectors are left out unless <c>exclude_vectors</c> is false or an include names them, as in
/// indices created by Elasticsearch 9.2 and newer.
/// </summary>
internal sealed record SourceFilter
{
    public bool Enabled { get; init; } = true;

    /// <summary>Dotted paths with <c>*</c>. A path includes everything below it. Empty includes everything.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    public IReadOnlyList<string> Excludes { get; init; } = [];

    public bool ExcludeVectors { get; init; } = true;

    /// <summary>Reads <c>_source</c>: true, false, a pattern, patterns, or an object.</summary>
    /// <exception cref="ElasticsearchException">400: anything else.</exception>
    public static SourceFilter Parse(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return new SourceFilter { Enabled = value.GetBoolean() };
            case JsonValueKind.String or JsonValueKind.Array:
                return new SourceFilter { Includes = Patterns(value) };
            case JsonValueKind.Object:
                SourceFilter filter = new();
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    filter = member.Name switch
                    {
                        "includes" or "include" => filter with { Includes = Patterns(member.Value) },
                        "excludes" or "exclude" => filter with { Excludes = Patterns(member.Value) },
                        "exclude_vectors" => filter with { ExcludeVectors = member.Value.ValueKind != JsonValueKind.False },
                        _ => throw SearchDefinition.UnknownKey(member),
                    };
                }

                return filter;
            default:
                throw ElasticsearchException.Parsing("Expected one of [VALUE_BOOLEAN, VALUE_STRING, START_ARRAY, START_OBJECT] in [_source]");
        }
    }

    /// <summary>
    /// Returns this filter overridden by the URL parameters <c>_source</c>, <c>_source_includes</c>, <c>_source_excludes</c> and
    /// <c>_source_exclude_vectors</c>.
    /// </summary>
    public SourceFilter WithUrl(IQueryCollection url)
    {
        SourceFilter filter = (string?)url["_source"] switch
        {
            null => this,
            "true" or "" => new SourceFilter(),
            "false" => new SourceFilter { Enabled = false },
            string patterns => new SourceFilter { Includes = patterns.Split(',') },
        };
        if ((string?)url["_source_includes"] is { } includes)
        {
            filter = filter with { Includes = includes.Split(',') };
        }

        if ((string?)url["_source_excludes"] is { } excludes)
        {
            filter = filter with { Excludes = excludes.Split(',') };
        }

        return (string?)url["_source_exclude_vectors"] is { } excludeVectors
            ? filter with { ExcludeVectors = excludeVectors != "false" }
            : filter;
    }

    /// <summary>Writes the value of <c>_source</c>.</summary>
    public void Write(Utf8JsonWriter writer, DocumentIndex index, int ordinal)
    {
        byte[] source = index.Document(ordinal).Source;
        bool showsVectors = (!ExcludeVectors || Includes.Count > 0) && index.Mapping.VectorFields.Any();
        if (Includes.Count == 0 && Excludes.Count == 0 && !showsVectors)
        {
            writer.WriteRawValue(source, skipInputValidation: true);
            return;
        }

        using JsonDocument document = JsonDocument.Parse(source);
        JsonObject filtered = Filter(document.RootElement, "");
        if (showsVectors)
        {
            AddVectors(filtered, index, ordinal);
        }

        filtered.WriteTo(writer);
    }

    private static string[] Patterns(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array when value.EnumerateArray().All(static pattern => pattern.ValueKind == JsonValueKind.String) =>
            [.. value.EnumerateArray().Select(static pattern => pattern.GetString()!)],
        _ => throw ElasticsearchException.Parsing("Expected a string or an array of strings in [_source]"),
    };

    private void AddVectors(JsonObject source, DocumentIndex index, int ordinal)
    {
        foreach (string path in index.Mapping.VectorFields.Select(static field => field.Path))
        {
            ReadOnlySpan<float> vector = index.Vectors(path) is { } column ? column.Of(ordinal) : [];
            if (vector.IsEmpty || !Shows(path))
            {
                continue;
            }

            string[] names = path.Split('.');
            JsonObject parent = source;
            foreach (string name in names[..^1])
            {
                parent = (JsonObject)(parent[name] ??= new JsonObject());
            }

            JsonArray components = [];
            foreach (float component in vector)
            {
                components.Add(component);
            }

            parent[names[^1]] = components;
        }
    }

    private JsonObject Filter(JsonElement element, string prefix)
    {
        JsonObject kept = [];
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (FilterValue(member.Value, prefix + member.Name, out JsonNode? value))
            {
                kept[member.Name] = value;
            }
        }

        return kept;
    }

    // An object is kept if something in it is kept. The items of an array are filtered one by one.
    private bool FilterValue(JsonElement element, string path, out JsonNode? kept)
    {
        kept = null;
        if (element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Any())
        {
            JsonObject inner = Filter(element, path + ".");
            kept = inner;
            return inner.Count > 0;
        }

        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Object))
        {
            JsonArray items = [];
            foreach (JsonElement item in element.EnumerateArray())
            {
                if (FilterValue(item, path, out JsonNode? value))
                {
                    items.Add(value);
                }
            }

            kept = items;
            return items.Count > 0;
        }

        kept = element.ValueKind switch
        {
            JsonValueKind.Array => JsonArray.Create(element.Clone()),
            JsonValueKind.Object => JsonObject.Create(element.Clone()),
            _ => JsonValue.Create(element.Clone()),
        };
        return Shows(path);
    }

    private bool Shows(string path) =>
        (Includes.Count == 0 || Includes.Any(pattern => Covers(pattern, path))) && !Excludes.Any(pattern => Covers(pattern, path));

    private static bool Covers(string pattern, string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, path.AsSpan(0, end), ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
