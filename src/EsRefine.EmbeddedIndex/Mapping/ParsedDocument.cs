namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>What a document holds, field by field; multi-fields stand beside their parents.</summary>
internal sealed class ParsedDocument
{
    /// <summary>Strings of text and keyword fields; <c>true</c> or <c>false</c> of boolean ones.</summary>
    public List<(FieldDefinition Field, string Value)> Terms { get; } = [];

    /// <summary>Numbers; dates as milliseconds since 1970.</summary>
    public List<(FieldDefinition Field, double Value)> Numbers { get; } = [];

    public List<(FieldDefinition Field, float[] Value)> Vectors { get; } = [];

    /// <summary>Fields that the mapping did not know, or knew without their dimensions.</summary>
    public Dictionary<string, FieldDefinition> NewFields { get; } = new(StringComparer.Ordinal);
}
