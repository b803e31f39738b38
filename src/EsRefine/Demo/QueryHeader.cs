using System.Buffers;
using System.Globalization;
using System.Text;

namespace EsRefine.Demo;

/// <summary>The header that holds the text of a query vector.</summary>
internal static class QueryHeader
{
    public const string Name = "EsRefine-Query";

    // Characters that need no escaping between a shell's double quotes or in a header. All others are percent-encoded.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -_.,:;?'()/+=");

    /// <summary>The query text as the header's value: percent-encoded UTF-8 where needed.</summary>
    public static string Encode(string text)
    {
        StringBuilder value = new(text.Length);
        foreach (Rune rune in text.Trim().EnumerateRunes())
        {
            if (rune.IsAscii && Plain.Contains((char)rune.Value))
            {
                value.Append((char)rune.Value);
            }
            else
            {
                foreach (byte unit in Encoding.UTF8.GetBytes(rune.ToString()))
                {
                    value.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
                }
            }
        }

        return value.ToString();
    }
}
