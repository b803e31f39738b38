using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EsRefine;

/// <summary>The text of JSON strings.</summary>
// Utf8JsonReader finds out only when the string is fetched, and says so by throwing; a body may hold thousands of bad ones.
internal static class JsonText
{
    /// <summary>Longest text that is read, in bytes: no query text is longer, and no string so long goes to the large object heap.</summary>
    public const int MaxLength = 32_768;

    /// <summary>What a string says; null where that is longer than <see cref="MaxLength"/>, or not valid.</summary>
    /// <param name="json">The string with its quotes, as the reader has accepted it.</param>
    public static string? Read(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> raw = json[1..^1];
        if (raw.Length > MaxLength || !IsValid(raw))
        {
            return null;
        }

        if (!raw.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(raw);
        }

        Utf8JsonReader reader = new(json);
        reader.Read();
        return reader.GetString();
    }

    /// <summary>Valid UTF-8 without lone surrogates.</summary>
    /// <param name="raw">A string's bytes between the quotes, escapes and all, as the reader has accepted them.</param>
    public static bool IsValid(ReadOnlySpan<byte> raw)
    {
        if (!Utf8.IsValid(raw))
        {
            return false;
        }

        bool expectsLow = false;
        while (true)
        {
            int escape = raw.IndexOf((byte)'\\');
            if (escape < 0)
            {
                return !expectsLow;
            }

            int unit = raw[escape + 1] == 'u' ? int.Parse(raw.Slice(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;
            bool isLow = unit is >= 0xDC00 and <= 0xDFFF;
            if (isLow != expectsLow || (expectsLow && escape > 0))
            {
                return false;
            }

            expectsLow = unit is >= 0xD800 and <= 0xDBFF;
            raw = raw[(escape + (raw[escape + 1] == 'u' ? 6 : 2))..];
        }
    }
}
