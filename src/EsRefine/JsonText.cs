using System.Globalization;
using System.Text.Unicode;

namespace EsRefine;

/// <summary>Whether a JSON string is text.</summary>
// Utf8JsonReader finds out only when the string is fetched, and says so by throwing; a body may hold thousands of bad ones.
internal static class JsonText
{
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
