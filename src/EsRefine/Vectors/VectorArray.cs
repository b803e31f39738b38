using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace EsRefine.Vectors;

/// <summary>A vector as a JSON array of numbers, or as one number.</summary>
internal static class VectorArray
{
    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Longest shortest float32 is <c>-1.1754944E-38</c>.</summary>
    private const int MaxNumberLength = 16;

    /// <summary>Reads a strict JSON array of numbers; a number may stand in quotes, as the engines allow in queries.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out float[] vector)
    {
        vector = [];
        if (json.Length < 2 || json[0] != '[' || json[^1] != ']')
        {
            return false;
        }

        ReadOnlySpan<byte> rest = json[1..^1];
        int count = rest.Count((byte)',') + 1;
        if (count > VectorText.MaxDimensions)
        {
            return false;
        }

        float[] components = new float[count];
        for (int i = 0; i < count; i++)
        {
            int comma = rest.IndexOf((byte)',');
            ReadOnlySpan<byte> element = (comma < 0 ? rest : rest[..comma]).Trim(" \t\r\n"u8);
            if (element.Length > 2 && element[0] == '"' && element[^1] == '"')
            {
                element = element[1..^1];
            }

            if (!TryParse(element, out components[i]))
            {
                return false;
            }

            rest = rest[(comma + 1)..];
        }

        vector = components;
        return true;
    }

    /// <summary>A lone number is a vector of one dimension.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> json, out float[] vector)
    {
        bool isRead = TryParse(json, out float component);
        vector = isRead ? [component] : [];
        return isRead;
    }

    /// <summary>Writes the shortest decimals that give the same float32 back, or rounded integers.</summary>
    public static byte[] Write(ReadOnlySpan<float> vector, bool asBytes)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(2 + vector.Length * (MaxNumberLength + 1));
        int length = 0;
        buffer[length++] = (byte)'[';
        for (int i = 0; i < vector.Length; i++)
        {
            if (i > 0)
            {
                buffer[length++] = (byte)',';
            }

            length += Format(vector[i], asBytes, buffer.AsSpan(length));
        }

        buffer[length++] = (byte)']';
        byte[] json = buffer[..length];
        ArrayPool<byte>.Shared.Return(buffer);
        return json;
    }

    public static byte[] WriteNumber(float component, bool asByte)
    {
        Span<byte> buffer = stackalloc byte[MaxNumberLength];
        return buffer[..Format(component, asByte, buffer)].ToArray();
    }

    private static int Format(float component, bool asByte, Span<byte> destination)
    {
        if (!float.IsFinite(component))
        {
            throw new ArgumentException("a query vector holds finite numbers only", nameof(component));
        }

        int length;
        if (asByte)
        {
            Utf8Formatter.TryFormat(VectorText.ToByte(component), destination, out length);
            return length;
        }

        component.TryFormat(destination, out length, default, CultureInfo.InvariantCulture);
        destination[..length].Replace((byte)'E', (byte)'e');   // 1e-07, as the clients write it
        return length;
    }

    /// <summary>A number by JSON's grammar, rounded once to float32.</summary>
    // The engines parse to float32 too; where one of their versions parses to double first, the last bit may differ in one of some hundred million numbers.
    private static bool TryParse(ReadOnlySpan<byte> number, out float value) =>
        float.TryParse(number, Styles, CultureInfo.InvariantCulture, out value)
        && float.IsFinite(value)
        && IsJsonNumber(number);

    /// <summary>False for what the framework accepts beyond JSON: <c>+1</c>, <c>01</c>, <c>.5</c>, <c>5.</c></summary>
    private static bool IsJsonNumber(ReadOnlySpan<byte> number)
    {
        ReadOnlySpan<byte> digits = number[0] == '-' ? number[1..] : number;
        if (digits.IsEmpty || !char.IsAsciiDigit((char)digits[0]) || (digits[0] == '0' && digits.Length > 1 && char.IsAsciiDigit((char)digits[1])))
        {
            return false;
        }

        int point = digits.IndexOf((byte)'.');
        return point < 0 || (point + 1 < digits.Length && char.IsAsciiDigit((char)digits[point + 1]));
    }
}
