using System.Globalization;
using System.Reflection;

namespace EsRefine.Configuration;

/// <summary>The syntax of a value. Parses its text, or returns what the value must be.</summary>
/// <param name="Type">A short name of the syntax, for documentation: <c>URL</c>, <c>host:port</c>, <c>whole number</c>.</param>
/// <param name="Read">Returns the value, or the error, which continues a sentence after the setting's name: "must be …, not 'soon'".</param>
internal sealed record Form(string Type, Form.Reader Read)
{
    /// <returns>Null if the text is valid, otherwise the error.</returns>
    internal delegate string? Reader(string text, SettingOrigin origin, out object value);

    /// <summary>The allowed words; empty if the value is not limited to a list of words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>A regular expression that every valid text matches, for editors; null if there is none.</summary>
    public string? Pattern { get; init; }

    /// <summary>The form of a property's value, by its type and its attribute.</summary>
    public static Form Of(Type type, SettingAttribute setting) => type switch
    {
        _ when type == typeof(int) => Whole(setting.Range, setting.Unit),
        _ when type == typeof(double) => Number(setting.Range, setting.Unit),
        _ when type == typeof(bool) => Switch,
        _ when type == typeof(Uri) && setting.Form is null => TextForms.HttpUrl,
        { IsEnum: true } => Word(type),
        _ when setting.Words.Length > 0 => OneOf(setting.Words),
        _ => (Form)typeof(TextForms).GetProperty(setting.Form ?? nameof(TextForms.Text), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!,
    };

    /// <summary><c>true</c> or <c>false</c>.</summary>
    private static Form Switch { get; } = new("switch", (string text, SettingOrigin _, out object value) =>
    {
        bool isSwitch = bool.TryParse(text, out bool isOn);
        value = isOn;
        return isSwitch ? null : $"must be true or false, not '{text}'";
    })
    { Words = ["true", "false"] };

    /// <summary>One of a few words.</summary>
    public static Form OneOf(IReadOnlyList<string> words) => new("word", (string text, SettingOrigin _, out object value) =>
        words.Contains((string)(value = text)) ? null : $"must be {Choice(words)}, not '{text}'")
    { Words = words };

    /// <summary>"a, b or c".</summary>
    public static string Choice(IReadOnlyList<string> words, string or = "or") =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} {or} {words[^1]}";

    private static Form Whole(NumberRange range, string? unit) => new("whole number", (string text, SettingOrigin _, out object value) =>
    {
        bool isWhole = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        value = number;
        return isWhole && range.Contains(number) ? null : $"must be a whole number of {unit} {range}, not '{text}'";
    });

    private static Form Number(NumberRange range, string? unit) => new("number", (string text, SettingOrigin _, out object value) =>
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        value = number;
        return isNumber && range.Contains(number) ? null : $"must be a number ({unit}) {range}, not '{text}'";
    });

    private static Form Word(Type enumeration)
    {
        string[] words = [.. Enum.GetNames(enumeration).Select(static name => name.ToLowerInvariant())];
        return new("word", (string text, SettingOrigin _, out object value) =>
        {
            int index = Array.FindIndex(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = index < 0 ? text : Enum.Parse(enumeration, text, ignoreCase: true);
            return index < 0 ? $"must be {Choice(words)}, not '{text}'" : null;
        })
        { Words = words };
    }
}
