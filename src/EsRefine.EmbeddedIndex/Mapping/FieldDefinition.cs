using System.Text.Json;
using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>One leaf of a mapping.</summary>
/// <param name="Path">Dotted: <c>author.name</c>, or <c>title.keyword</c> for a multi-field.</param>
/// <param name="Type">The mapping type.</param>
internal sealed record FieldDefinition(string Path, FieldType Type)
{
    /// <summary>Set for <c>dense_vector</c> only.</summary>
    public VectorOptions? Vector { get; init; }

    /// <summary>Keywords longer than this many characters are kept in <c>_source</c> but not indexed.</summary>
    public int? IgnoreAbove { get; init; }

    /// <summary>Multi-fields: the same value indexed another way, <c>title.keyword</c>.</summary>
    public IReadOnlyList<FieldDefinition> MultiFields { get; init; } = [];

    /// <summary>Reads <c>{"type":"text","fields":{…}}</c>.</summary>
    /// <exception cref="ElasticsearchException">400 <c>mapper_parsing_exception</c>: unknown type or parameter.</exception>
    public static FieldDefinition Parse(string path, JsonElement definition)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        string typeName = definition.TryGetProperty("type", out JsonElement typeElement) ? typeElement.ToString() : "object";
        FieldType type = FieldTypes.Parse(typeName) ?? throw MappingErrors.Parsing(
            $"The mapper type [{typeName}] declared on field [{name}] does not exist. It might have been created within a future version "
            + "or requires a plugin to be installed. Check the documentation.");
        if (type == FieldType.DenseVector)
        {
            return new FieldDefinition(path, type) { Vector = VectorOptions.Parse(name, definition) };
        }

        FieldDefinition field = new(path, type);
        foreach (JsonProperty parameter in definition.EnumerateObject())
        {
            field = parameter.Name switch
            {
                "type" => field,
                "fields" => field with { MultiFields = [.. parameter.Value.EnumerateObject().Select(sub => Parse($"{path}.{sub.Name}", sub.Value))] },
                "ignore_above" when type == FieldType.Keyword && parameter.Value.TryGetInt32(out int limit) => field with { IgnoreAbove = limit },
                _ => throw MappingErrors.Parsing($"unknown parameter [{parameter.Name}] on mapper [{name}] of type [{typeName}]"),
            };
        }

        return field;
    }

    /// <summary>Returns this field with the additions of a mapping update.</summary>
    /// <exception cref="ElasticsearchException">400: the type or an option of a vector cannot change.</exception>
    public FieldDefinition Merge(FieldDefinition update)
    {
        if (update.Type != Type)
        {
            throw ElasticsearchException.IllegalArgument($"mapper [{Path}] cannot be changed from type [{Type.Name()}] to [{update.Type.Name()}]");
        }

        return update with
        {
            Vector = update.Vector is null ? null : Vector!.Merge(Path, update.Vector),
            MultiFields = [.. MultiFields.Where(own => update.MultiFields.All(sub => sub.Path != own.Path)), .. update.MultiFields],
        };
    }

    /// <summary>The format of <c>_mapping</c>. The defaults of vectors are written out.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = new() { ["type"] = Type.Name() };
        Vector?.WriteTo(json);
        if (MultiFields.Count > 0)
        {
            JsonObject fields = [];
            foreach (FieldDefinition field in MultiFields)
            {
                fields[field.Path[(Path.Length + 1)..]] = field.ToJson();
            }

            json["fields"] = fields;
        }

        if (IgnoreAbove is { } limit)
        {
            json["ignore_above"] = limit;
        }

        return json;
    }
}
