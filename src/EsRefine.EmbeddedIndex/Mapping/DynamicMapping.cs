using System.Text.Json;

namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>Guesses the mapping of a field from its first value, as Elasticsearch's default dynamic mapping does.</summary>
internal static class DynamicMapping
{
    /// <summary>Float arrays shorter than this are mapped as numbers with several values.</summary>
    private const int MinVectorDimensions = 128;

    /// <summary>Guesses the mapping. Null if the value has no type (null, an empty array).</summary>
    public static FieldDefinition? Guess(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when DateValue.TryParse(value.GetString()!, out _):
                return new FieldDefinition(path, FieldType.Date);
            case JsonValueKind.String:
                FieldDefinition keyword = new(path + ".keyword", FieldType.Keyword) { IgnoreAbove = 256 };
                return new FieldDefinition(path, FieldType.Text) { MultiFields = [keyword] };
            case JsonValueKind.Number:
                return new FieldDefinition(path, value.TryGetInt64(out _) ? FieldType.Long : FieldType.Float);
            case JsonValueKind.True or JsonValueKind.False:
                return new FieldDefinition(path, FieldType.Boolean);
            case JsonValueKind.Array when IsVector(value):
                return new FieldDefinition(path, FieldType.DenseVector) { Vector = new VectorOptions { Dimensions = value.GetArrayLength() } };
            case JsonValueKind.Array:
                return value.EnumerateArray().Select(element => Guess(path, element)).FirstOrDefault(static guess => guess is not null);
            default:
                return null;
        }
    }

    private static bool IsVector(JsonElement array) =>
        array.GetArrayLength() is >= MinVectorDimensions and <= VectorOptions.MaxDimensions
        && array.EnumerateArray().All(static element => element.ValueKind == JsonValueKind.Number)
        && array.EnumerateArray().Any(static element => !element.TryGetInt64(out _));
}
