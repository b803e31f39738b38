using System.Text.Json;
using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>Options of a <c>dense_vector</c> of float32 components.</summary>
internal sealed record VectorOptions
{
    public const int MaxDimensions = 4096;

    private static readonly string[] GraphOptions = ["hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw"];
    private static readonly string[] FlatOptions = ["flat", "int8_flat", "int4_flat", "bbq_flat"];

    /// <summary>Null until the first document sets it.</summary>
    public int? Dimensions { get; init; }

    /// <summary>False means that the field is stored and readable but not searchable.</summary>
    public bool Indexed { get; init; } = true;

    public SimilarityFunction Similarity { get; init; } = SimilarityFunction.Cosine;

    /// <summary><c>index_options.type</c> as given; null means Elasticsearch's default for the dimensions. Search is exact for every type.</summary>
    public string? IndexOptions { get; init; }

    /// <summary>Whether the index is flat. On a flat index Elasticsearch's <c>knn</c> query scores every document and ignores <c>k</c> (9.4).</summary>
    public bool IsFlat => IndexOptions is not null && FlatOptions.Contains(IndexOptions);

    public static VectorOptions Parse(string name, JsonElement definition)
    {
        VectorOptions options = new();
        foreach (JsonProperty parameter in definition.EnumerateObject())
        {
            JsonElement value = parameter.Value;
            options = parameter.Name switch
            {
                "type" => options,
                "dims" => options with { Dimensions = ParseDimensions(value) },
                "index" when value.ValueKind is JsonValueKind.True or JsonValueKind.False => options with { Indexed = value.GetBoolean() },
                "similarity" => options with { Similarity = ParseSimilarity(value.ToString()) },
                "element_type" when value.ToString() == "float" => options,
                "element_type" => throw MappingErrors.Parsing($"element_type [{value}] is not supported by the embedded index: only [float] is"),
                "index_options" => options with { IndexOptions = ParseIndexOptions(value) },
                _ => throw MappingErrors.Parsing($"unknown parameter [{parameter.Name}] on mapper [{name}] of type [dense_vector]"),
            };
        }

        return options;
    }

    public VectorOptions Merge(string path, VectorOptions update)
    {
        string? change =
            update.Dimensions is { } dimensions && Dimensions is { } current && dimensions != current
                ? $"[dims] from [{current}] to [{dimensions}]"
                : update.Similarity != Similarity ? $"[similarity] from [{Name(Similarity)}] to [{Name(update.Similarity)}]"
                : update.Indexed != Indexed ? $"[index] from [{Lower(Indexed)}] to [{Lower(update.Indexed)}]"
                : null;
        return change is null
            ? update with { Dimensions = update.Dimensions ?? Dimensions, IndexOptions = update.IndexOptions ?? IndexOptions }
            : throw ElasticsearchException.IllegalArgument($"Mapper for [{path}] conflicts with existing mapper:\n\tCannot update parameter {change}");
    }

    public void WriteTo(JsonObject json)
    {
        if (Dimensions is { } dimensions)
        {
            json["dims"] = dimensions;
        }

        json["index"] = Indexed;
        if (!Indexed)
        {
            return;
        }

        json["similarity"] = Name(Similarity);
        if ((IndexOptions ?? DefaultIndexOptions()) is { } type)
        {
            JsonObject options = new() { ["type"] = type };
            if (GraphOptions.Contains(type))
            {
                options["m"] = 16;
                options["ef_construction"] = 100;
            }

            if (type.StartsWith("bbq", StringComparison.Ordinal))
            {
                options["rescore_vector"] = new JsonObject { ["oversample"] = 3.0 };
            }

            json["index_options"] = options;
        }
    }

    private string? DefaultIndexOptions() => Dimensions is { } dimensions ? dimensions >= 384 ? "bbq_hnsw" : "int8_hnsw" : null;

    private static int ParseDimensions(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int dimensions) && dimensions is >= 1 and <= MaxDimensions
            ? dimensions
            : throw MappingErrors.Parsing($"The number of dimensions should be in the range [1, {MaxDimensions}] but was [{value}]");

    private static string ParseIndexOptions(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out JsonElement type) && type.ToString() is { } name
        && (GraphOptions.Contains(name) || FlatOptions.Contains(name))
            ? name
            : throw MappingErrors.Parsing($"Unknown vector index options: the embedded index knows [{string.Join(", ", [.. GraphOptions, .. FlatOptions])}]");

    private static SimilarityFunction ParseSimilarity(string name) => name switch
    {
        "cosine" => SimilarityFunction.Cosine,
        "dot_product" => SimilarityFunction.DotProduct,
        "l2_norm" => SimilarityFunction.L2Norm,
        "max_inner_product" => SimilarityFunction.MaxInnerProduct,
        _ => throw MappingErrors.Parsing(
            $"Unknown value [{name}] for field [similarity] - accepted values are [l2_norm, cosine, dot_product, max_inner_product]"),
    };

    private static string Name(SimilarityFunction similarity) => similarity switch
    {
        SimilarityFunction.Cosine => "cosine",
        SimilarityFunction.DotProduct => "dot_product",
        SimilarityFunction.L2Norm => "l2_norm",
        _ => "max_inner_product",
    };

    private static string Lower(bool value) => value ? "true" : "false";
}
