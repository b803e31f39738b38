namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>The mapping types that the embedded index knows; a mapping with any other is refused.</summary>
internal enum FieldType
{
    Text,
    Keyword,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Date,
    DenseVector,
}

/// <summary>Names as written in a mapping.</summary>
internal static class FieldTypes
{
    public static string Name(this FieldType type) => type == FieldType.DenseVector ? "dense_vector" : type.ToString().ToLowerInvariant();

    /// <summary>Looked up by terms: text token by token, keyword and boolean whole.</summary>
    public static bool IsTerm(this FieldType type) => type is FieldType.Text or FieldType.Keyword or FieldType.Boolean;

    public static FieldType? Parse(string name)
    {
        foreach (FieldType type in Enum.GetValues<FieldType>())
        {
            if (type.Name() == name)
            {
                return type;
            }
        }

        return null;
    }
}
