using System.Text.Json;
using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>The fields of one index: leaves by dotted path. Immutable: changes return a new mapping.</summary>
internal sealed class IndexMapping
{
    /// <summary>Largest number of fields, as the default of Elasticsearch's <c>index.mapping.total_fields.limit</c>. It bounds dynamic mappings.</summary>
    public const int MaxFields = 1000;

    private readonly SortedDictionary<string, FieldDefinition> _fields;
    private readonly SortedDictionary<string, FieldDefinition> _withMultiFields;

    private IndexMapping(SortedDictionary<string, FieldDefinition> fields, DynamicMode dynamic)
    {
        _fields = fields;
        _withMultiFields = new(fields, StringComparer.Ordinal);
        foreach (FieldDefinition multiField in fields.Values.SelectMany(static field => field.MultiFields))
        {
            _withMultiFields[multiField.Path] = multiField;
        }

        Dynamic = dynamic;
    }

    public static IndexMapping Empty { get; } = new(new(StringComparer.Ordinal), DynamicMode.Add);

    public DynamicMode Dynamic { get; }

    /// <summary>Every searchable field by path, including multi-fields.</summary>
    public IReadOnlyDictionary<string, FieldDefinition> Fields => _withMultiFields;

    public IEnumerable<FieldDefinition> VectorFields => _fields.Values.Where(static definition => definition.Type == FieldType.DenseVector);

    /// <summary>Finds a field that may occur in a document. Multi-fields do not.</summary>
    public FieldDefinition? Find(string path) => _fields.GetValueOrDefault(path);

    /// <summary>Whether the path has fields below it.</summary>
    public bool IsObject(string path) => _fields.Keys.Any(field => field.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>Reads <c>{"properties":{…},"dynamic":…}</c> and adds it to this mapping.</summary>
    /// <exception cref="ElasticsearchException">400: unknown types or parameters, or a change that Elasticsearch rejects.</exception>
    public IndexMapping Merge(JsonElement mappings)
    {
        if (mappings.ValueKind != JsonValueKind.Object)
        {
            throw MappingErrors.Parsing("Expected an object of mappings");
        }

        List<FieldDefinition> fields = [];
        DynamicMode dynamic = Dynamic;
        foreach (JsonProperty member in mappings.EnumerateObject())
        {
            switch (member.Name)
            {
                case "properties":
                    ReadProperties("", member.Value, fields);
                    break;
                case "dynamic":
                    dynamic = ParseDynamic(member.Value.ToString());
                    break;
                default:
                    throw MappingErrors.Parsing($"Root mapping definition has unsupported parameters:  [{member.Name} : {member.Value}]");
            }
        }

        return With(fields, dynamic);
    }

    /// <summary>Returns this mapping with the given fields added.</summary>
    public IndexMapping With(IEnumerable<FieldDefinition> added) => With(added, Dynamic);

    public JsonObject ToJson()
    {
        JsonObject json = [];
        if (Dynamic != DynamicMode.Add)
        {
            json["dynamic"] = Dynamic == DynamicMode.Strict ? "strict" : "false";
        }

        if (_fields.Count == 0)
        {
            return json;
        }

        JsonObject root = [];
        foreach (FieldDefinition field in _fields.Values)
        {
            string[] path = field.Path.Split('.');
            JsonObject properties = root;
            foreach (string name in path[..^1])
            {
                JsonObject parent = (JsonObject)(properties[name] ??= new JsonObject { ["properties"] = new JsonObject() });
                properties = (JsonObject)parent["properties"]!;
            }

            properties[path[^1]] = field.ToJson();
        }

        json["properties"] = root;
        return json;
    }

    private IndexMapping With(IEnumerable<FieldDefinition> added, DynamicMode dynamic)
    {
        SortedDictionary<string, FieldDefinition> fields = new(_fields, StringComparer.Ordinal);
        foreach (FieldDefinition field in added)
        {
            fields[field.Path] = fields.TryGetValue(field.Path, out FieldDefinition? existing) ? existing.Merge(field) : field;
        }

        return fields.Count <= MaxFields
            ? new IndexMapping(fields, dynamic)
            : throw ElasticsearchException.IllegalArgument($"Limit of total fields [{MaxFields}] has been exceeded");
    }

    private static void ReadProperties(string prefix, JsonElement properties, List<FieldDefinition> fields)
    {
        if (properties.ValueKind != JsonValueKind.Object)
        {
            throw MappingErrors.Parsing("Expected map for property [properties]");
        }

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string path = prefix + property.Name;
            if (property.Value.ValueKind != JsonValueKind.Object)
            {
                throw MappingErrors.Parsing($"Expected map for property [fields] on field [{property.Name}] but got a {property.Value.ValueKind}");
            }

            if (property.Value.TryGetProperty("properties", out JsonElement children))
            {
                ReadProperties(path + ".", children, fields);
            }
            else
            {
                fields.Add(FieldDefinition.Parse(path, property.Value));
            }
        }
    }

    private static DynamicMode ParseDynamic(string text) => text.ToLowerInvariant() switch
    {
        "true" => DynamicMode.Add,
        "false" => DynamicMode.Ignore,
        "strict" => DynamicMode.Strict,
        _ => throw MappingErrors.Parsing($"No DynamicMapping for value [{text}]: the embedded index knows [true, false, strict]"),
    };
}

/// <summary>What happens to fields of a document that are not in the mapping.</summary>
internal enum DynamicMode
{
    /// <summary>They are added with a type guessed from the value.</summary>
    Add,

    /// <summary>They are kept in <c>_source</c> but not indexed.</summary>
    Ignore,

    /// <summary>The document is rejected.</summary>
    Strict,
}
