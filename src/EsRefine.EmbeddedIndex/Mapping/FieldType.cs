namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>The mapping types that the embedded index supports. A mapping with another type is rejected.</summary>
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

    /// <summary>Whether the field is searched by terms: text by its tokens, keyword and boolean by whole values.</summary>
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
