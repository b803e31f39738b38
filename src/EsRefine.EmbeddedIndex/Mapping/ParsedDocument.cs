namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>The values of a document by field. Multi-fields are listed next to their parents.</summary>
internal sealed class ParsedDocument
{
    /// <summary>Strings of text and keyword fields, and <c>true</c> or <c>false</c> of boolean fields.</summary>
    public List<(FieldDefinition Field, string Value)> Terms { get; } = [];

    /// <summary>Numbers; dates as milliseconds since 1970.</summary>
    public List<(FieldDefinition Field, double Value)> Numbers { get; } = [];

    public List<(FieldDefinition Field, float[] Value)> Vectors { get; } = [];

    /// <summary>Fields that are not in the mapping, or are there without dimensions.</summary>
    public Dictionary<string, FieldDefinition> NewFields { get; } = new(StringComparer.Ordinal);
}
