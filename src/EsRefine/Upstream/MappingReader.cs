using System.Text.Json;
using EsRefine.Refinement;
using EsRefine.Vectors;

namespace EsRefine.Upstream;

/// <summary>Reads a vector field from the reply to <c>GET /{index}/_mapping</c> (same format in both engines).</summary>
internal static class MappingReader
{
    private const string Chunks = ".inference.chunks";
    private const string ChunkVectors = Chunks + ".embeddings";

    /// <summary>The mapping on which all indices of the reply agree. Null if there is none.</summary>
    /// <param name="reply">The reply's body.</param>
    /// <param name="field">Full name of the vector field.</param>
    /// <param name="reason">Why there is no mapping to work with; null where there is.</param>
    /// <param name="only">The indices that count; null: all.</param>
    public static FieldMapping? Read(ReadOnlyMemory<byte> reply, string field, out string? reason, IReadOnlySet<string>? only = null)
    {
        using JsonDocument document = JsonDocument.Parse(reply);
        FieldMapping? agreed = null;
        List<string> textFields = [];
        HashSet<string> names = [], namesOfOthers = [];
        if (only?.FirstOrDefault(name => !document.RootElement.TryGetProperty(name, out _)) is not null)
        {
            reason = "the account of upstream.mappingAuthorization may not read the mapping of every index that the caller may search";
            return null;
        }

        foreach (JsonProperty index in document.RootElement.EnumerateObject())
        {
            if (only?.Contains(index.Name) is false
                || !index.Value.TryGetProperty("mappings", out JsonElement mappings) || !mappings.TryGetProperty("properties", out JsonElement properties))
            {
                continue;
            }

            FieldMapping? found = Find(properties, field);
            CollectVectorNames(properties, prefix: "", found?.Field, names, namesOfOthers);
            if (found is null)
            {
                continue;
            }

            // An alias may lead to a different field in each index. The first index's name is used if no other vector field has that name.
            if ((agreed is not null && !agreed.AgreesWith(found)) || namesOfOthers.Contains((agreed ?? found).Field))
            {
                reason = $"the indices of this search map field '{field}' differently ('{index.Name}' disagrees): one query vector cannot be refined for all";
                return null;
            }

            agreed ??= found;
            CollectTextFields(properties, prefix: "", textFields);
        }

        reason = agreed is null ? $"field '{field}' is not mapped as dense_vector, knn_vector, or semantic_text with dense vectors" : null;
        return agreed is null ? null : agreed with
        {
            TextFields = TextsBeside(agreed, [.. textFields.Distinct(StringComparer.Ordinal)]),
            Names = [.. names.Except(namesOfOthers, StringComparer.Ordinal)],
            NamesOfOthers = [.. namesOfOthers.Except(names, StringComparer.Ordinal)],
        };
    }

    /// <summary>The text fields of a vector: for a nested vector those of its nested object, if any; for a chunk its semantic_text field.</summary>
    private static string[] TextsBeside(FieldMapping mapping, string[] textFields)
    {
        if (mapping.SemanticField is { } semantic)
        {
            return [semantic];
        }

        string[] ofPassage = mapping.NestedPath is { } path ? [.. textFields.Where(field => field.StartsWith(path + ".", StringComparison.Ordinal))] : [];
        return ofPassage.Length > 0 ? ofPassage : textFields;
    }

    private static FieldMapping? Find(JsonElement properties, string field, bool mayFollowAlias = true)
    {
        string? nestedPath = null;
        JsonElement level = properties;
        int start = 0;
        while (true)
        {
            // A name may itself contain dots (subobjects: false), so each level matches as many segments as possible.
            (JsonElement definition, int end) = Longest(level, field, start);
            if (end < 0)
            {
                return null;
            }

            if (end == field.Length)
            {
                if (mayFollowAlias && TypeOf(definition) == "alias"
                    && definition.TryGetProperty("path", out JsonElement path) && path.GetString() is { } target)
                {
                    // Neither engine can query a semantic_text field by an alias.
                    return Find(properties, target, mayFollowAlias: false) is { SemanticField: null } aliased ? aliased with { Field = target } : null;
                }

                return ReadField(definition, field, nestedPath);
            }

            if (TypeOf(definition) == "nested")
            {
                nestedPath = field[..end];
            }

            if (!definition.TryGetProperty("properties", out level) && !definition.TryGetProperty("fields", out level))
            {
                return null;
            }

            start = end + 1;
        }
    }

    private static (JsonElement Definition, int End) Longest(JsonElement level, string field, int start)
    {
        for (int end = field.Length; end > start; end = field.LastIndexOf('.', end - 1))
        {
            if (level.TryGetProperty(field.AsSpan(start, end - start), out JsonElement definition))
            {
                return (definition, end);
            }
        }

        return (default, -1);
    }

    private static FieldMapping? ReadField(JsonElement definition, string field, string? nestedPath) => TypeOf(definition) switch
    {
        "dense_vector" => ReadDenseVector(definition, field, nestedPath),
        "knn_vector" => ReadKnnVector(definition, field, nestedPath),
        "semantic_text" => ReadSemanticText(definition, field),
        _ => null,
    };

    /// <summary>The mapping of the chunks' vectors. Null if there are no chunks yet or the vectors are sparse.</summary>
    private static FieldMapping? ReadSemanticText(JsonElement definition, string field) =>
        definition.TryGetProperty("model_settings", out JsonElement model) && Number(model, "dimensions") is { } dimensions
            ? ReadDenseVector(model, field + ChunkVectors, field + Chunks) with { Dimensions = dimensions, SemanticField = field }
            : null;

    private static FieldMapping ReadDenseVector(JsonElement definition, string field, string? nestedPath)
    {
        VectorElementType elementType = VectorElementType.Of(EngineDialect.Elasticsearch, Text(definition, "element_type"));
        return new FieldMapping
        {
            Field = field,
            Dialect = EngineDialect.Elasticsearch,
            Dimensions = Number(definition, "dims"),
            ElementType = elementType,
            NestedPath = nestedPath,
            Similarity = Text(definition, "similarity") switch
            {
                _ when !elementType.IsRefined => null,
                null or "cosine" => VectorSimilarity.Cosine,
                "dot_product" => VectorSimilarity.DotProduct,
                "l2_norm" => VectorSimilarity.L2Norm,
                "max_inner_product" => VectorSimilarity.MaxInnerProduct,
                _ => null,
            },
        };
    }

    private static FieldMapping ReadKnnVector(JsonElement definition, string field, string? nestedPath)
    {
        string? space = Text(definition, "space_type");
        if (space is null && definition.TryGetProperty("method", out JsonElement method))
        {
            space = Text(method, "space_type");
        }

        VectorElementType elementType = VectorElementType.Of(EngineDialect.OpenSearch, Text(definition, "data_type"));
        bool takesSpaceFromModel = definition.TryGetProperty("model_id", out _);
        return new FieldMapping
        {
            Field = field,
            Dialect = EngineDialect.OpenSearch,
            Dimensions = Number(definition, "dimension"),
            ElementType = elementType,
            NestedPath = nestedPath,
            Similarity = space switch
            {
                _ when !elementType.IsRefined => null,
                null when takesSpaceFromModel => null,
                null or "l2" => VectorSimilarity.L2Norm,
                "cosinesimil" => VectorSimilarity.Cosine,
                "innerproduct" => VectorSimilarity.MaxInnerProduct,
                _ => null,
            },
        };
    }

    /// <summary>Adds the names of an index's vector fields and aliases to <paramref name="names"/> if they mean the field, else to the other set.</summary>
    private static void CollectVectorNames(JsonElement properties, string prefix, string? field, HashSet<string> names, HashSet<string> namesOfOthers)
    {
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string name = prefix + property.Name;
            string? meant = TypeOf(property.Value) switch
            {
                "alias" => Text(property.Value, "path"),
                "semantic_text" => name + ChunkVectors,   // a clause may name either
                "dense_vector" or "knn_vector" or "rank_vectors" => name,
                _ => null,
            };
            if (meant is not null)
            {
                (meant == field ? names : namesOfOthers).UnionWith([name, meant]);
            }
            else if (property.Value.TryGetProperty("properties", out JsonElement children) || property.Value.TryGetProperty("fields", out children))
            {
                CollectVectorNames(children, name + ".", field, names, namesOfOthers);
            }
        }
    }

    private static void CollectTextFields(JsonElement properties, string prefix, List<string> names)
    {
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string name = prefix + property.Name;
            if (TypeOf(property.Value) is "text" or "match_only_text" or "semantic_text")
            {
                names.Add(name);
            }
            else if (property.Value.TryGetProperty("properties", out JsonElement children))
            {
                CollectTextFields(children, name + ".", names);
            }
        }
    }

    private static string? TypeOf(JsonElement definition) => Text(definition, "type");

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : null;
}
