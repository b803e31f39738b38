using System.Runtime.InteropServices;
using System.Text.Json;
using EsRefine.Reissue;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>A document's vector as the ways of reading it give it.</summary>
internal static class StoredVector
{
    /// <summary>Reads numbers flat (<c>fields</c>, <c>_source</c>) or one list deeper (<c>docvalue_fields</c>, scripts), or the string that was indexed.</summary>
    /// <returns>False: no finite vector that points anywhere.</returns>
    /// <exception cref="SampleException">Numbers of other dimensions than the query vector's.</exception>
    public static bool TryRead(JsonElement value, FieldMapping mapping, Span<float> destination)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && value[0].ValueKind is JsonValueKind.Array or JsonValueKind.String)
        {
            value = value[0];
        }

        bool isRead = value.ValueKind switch
        {
            JsonValueKind.Array => TryReadNumbers(value, mapping, destination),
            JsonValueKind.String => TryReadString(value, mapping, destination),
            _ => false,
        };
        return isRead && destination.ContainsAnyExcept(0f);
    }

    private static bool TryReadNumbers(JsonElement value, FieldMapping mapping, Span<float> destination)
    {
        if (value.GetArrayLength() != destination.Length)
        {
            throw new SampleException(
                RefinementOutcome.DimensionMismatch,
                $"the query vector has {destination.Length} dimensions but a hit of field '{mapping.Field}' has {value.GetArrayLength()}; check the embedding model");
        }

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

    private static bool TryReadString(JsonElement value, FieldMapping mapping, Span<float> destination) =>
        VectorString.TryReadStored(JsonMarshal.GetRawUtf8Value(value), mapping with { Dimensions = destination.Length }, out float[] vector)
        && vector.AsSpan().TryCopyTo(destination);
}
