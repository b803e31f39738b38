using System.Runtime.InteropServices;
using System.Text.Json;

namespace EsRefine.Vectors;

/// <summary>A document's vector as the cluster returns it.</summary>
internal static class StoredVector
{
    /// <summary>Reads an array of numbers (<c>fields</c>, <c>_source</c>), one inside an array (<c>docvalue_fields</c>, scripts), or a string.</summary>
    /// <param name="value">The value of the field in the hit.</param>
    /// <param name="type">The field's type.</param>
    /// <param name="destination">Receives the components; its length is that of the query vector.</param>
    /// <param name="otherDimensions">The length of an array that has other dimensions than the query vector; null for anything else.</param>
    /// <returns>False: no finite vector of these dimensions, or the zero vector.</returns>
    public static bool TryRead(JsonElement value, VectorType type, Span<float> destination, out int? otherDimensions)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && value[0].ValueKind is JsonValueKind.Array or JsonValueKind.String)
        {
            value = value[0];
        }

        otherDimensions = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is var length && length != destination.Length ? length : null;
        bool isRead = otherDimensions is null && value.ValueKind switch
        {
            JsonValueKind.Array => TryReadNumbers(value, destination),
            JsonValueKind.String => TryReadString(value, type, destination),
            _ => false,
        };
        return isRead && destination.ContainsAnyExcept(0f);
    }

    private static bool TryReadNumbers(JsonElement value, Span<float> destination)
    {
        int i = 0;
        foreach (JsonElement component in value.EnumerateArray())
        {
            if (component.ValueKind != JsonValueKind.Number || !component.TryGetSingle(out destination[i]) || !float.IsFinite(destination[i]))
            {
                return false;
            }

            i++;
        }

        return true;
    }

    private static bool TryReadString(JsonElement value, VectorType type, Span<float> destination) =>
        VectorString.TryReadStored(JsonMarshal.GetRawUtf8Value(value), type with { Dimensions = destination.Length }, out float[] vector)
        && vector.AsSpan().TryCopyTo(destination);
}
