namespace EsRefine.Vectors;

/// <summary>Type of the components of a vector field. One row here is all it takes to add one: mappings, spellings and guards are read from it.</summary>
/// <param name="name">The <c>element_type</c> in mappings of Elasticsearch.</param>
/// <param name="nameInOpenSearch">The <c>data_type</c> in mappings of OpenSearch; null where OpenSearch has no such fields.</param>
internal sealed class VectorElementType(string name, string? nameInOpenSearch)
{
    public static readonly VectorElementType Float = new("float", "float") { Base64 = [StringEncoding.Base64Float] };

    public static readonly VectorElementType BFloat16 = new("bfloat16", null) { Base64 = [StringEncoding.Base64BFloat16, StringEncoding.Base64Float] };

    public static readonly VectorElementType Byte = new("byte", "byte") { Base64 = [StringEncoding.Base64Bytes], HoldsBytes = true };

    // Ranked by Hamming distance: no small rotation leads from one vector of bits to the next.
    public static readonly VectorElementType Bit = new("bit", "binary")
    {
        Base64 = [StringEncoding.Base64Bytes],
        HoldsBytes = true,
        DimensionsPerByte = 8,
        IsRefined = false,
    };

    private static readonly VectorElementType[] All = [Float, BFloat16, Byte, Bit];

    /// <summary>What Base64 on such a field spells in Elasticsearch: the first of these that gives the field's dimensions.</summary>
    public required IReadOnlyList<StringEncoding> Base64 { get; init; }

    /// <summary>Whether components are whole numbers from -128 to 127: refined vectors are rounded, and hex can spell every vector.</summary>
    public bool HoldsBytes { get; init; }

    /// <summary>Dimensions that one byte of a packed vector holds; 1 where vectors are not packed.</summary>
    public int DimensionsPerByte { get; init; } = 1;

    /// <summary>Whether vectors of this type are refined.</summary>
    public bool IsRefined { get; init; } = true;

    /// <summary>The type that a mapping names; float where it names none, or one that is not known.</summary>
    public static VectorElementType Of(EngineDialect dialect, string? name) =>
        name is null ? Float : Array.Find(All, type => name.Equals(type.NameIn(dialect), StringComparison.OrdinalIgnoreCase)) ?? Float;

    public override string ToString() => name;

    // OpenSearch takes lower case and shows upper case.
    private string? NameIn(EngineDialect dialect) => dialect == EngineDialect.Elasticsearch ? name : nameInOpenSearch;
}
