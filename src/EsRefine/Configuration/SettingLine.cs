using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EsRefine.Configuration;

/// <summary>A line of a configuration file.</summary>
/// <param name="Path">The setting's path: <c>targets[0].mode</c>.</param>
/// <param name="Depth">The level of indentation, from 0.</param>
/// <param name="Name">The setting's name.</param>
/// <param name="Text">Its value as YAML; null = a group or list whose lines follow.</param>
internal sealed partial record SettingLine(string Path, int Depth, string Name, string? Text)
{
    /// <summary>Printed in place of a secret.</summary>
    public const string Masked = "'***'";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether it is the first line of a list's element.</summary>
    public bool BeginsElement { get; init; }

    /// <summary>A value as a YAML scalar, quoted if YAML would read it differently without quotes.</summary>
    public static string Scalar(object value)
    {
        if (value is bool isOn)
        {
            return isOn ? "true" : "false";
        }

        string text = value switch
        {
            Enum word => word.ToString().ToLowerInvariant(),
            Uri url => url.OriginalString,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
        return Plain().IsMatch(text) ? text : JsonSerializer.Serialize(text, Readable);
    }

    public override string ToString()
    {
        string indent = new(' ', 2 * Math.Max(0, BeginsElement ? Depth - 1 : Depth));
        return $"{indent}{(BeginsElement ? "- " : "")}{Name}:{(Text is null ? "" : " " + Text)}";
    }

    // Texts that need no quotes, in [ ] either: they begin with a letter, a digit, a slash or a dot, and hold no ", ", no ": " and no " #".
    [GeneratedRegex("^(?!(null|true|false|yes|no|on)$)[A-Za-z0-9/.][A-Za-z0-9_./@*+:-]*(?<!:)$")]
    private static partial Regex Plain();
}
