using System.Text.Json;
using EsRefine.Vectors;

namespace EsRefine.Recognition;

/// <summary>One vector in the body.</summary>
/// <param name="Json">The vector's JSON: the array with its brackets, the string with its quotes, or the number.</param>
/// <param name="Spelling">How it is written.</param>
/// <param name="Field">The field it is compared with, if known: the same vector on another field is not a copy.</param>
internal readonly record struct VectorLocation(BodySlice Json, VectorSpelling Spelling, string? Field = null)
{
    /// <summary>The vector that a value is, whose numbers are checked when it is read; null for anything else.</summary>
    public static VectorLocation? In(BodyNode value) => value.Kind switch
    {
        JsonTokenType.StartArray => new(value.Json, VectorSpelling.Array),
        JsonTokenType.String => new(value.Json, VectorSpelling.String),
        JsonTokenType.Number => new(value.Json, VectorSpelling.Number),
        _ => null,
    };
}
