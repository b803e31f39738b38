namespace EsRefine.Vectors;

/// <summary>How a vector is written in JSON. Whether a string is Base64 or hex depends on the field: see <see cref="VectorText"/>.</summary>
internal enum VectorSpelling
{
    Array,
    String,
    Number,
}
