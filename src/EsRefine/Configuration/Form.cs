using System.Globalization;
using System.Text.RegularExpressions;
using EsRefine.Refinement;
using StackExchange.Redis;

namespace EsRefine.Configuration;

/// <summary>How a value is written: reads its text, or says what it must be.</summary>
/// <param name="Read">The value, or the complaint that follows the setting's name: "must be …, not 'soon'".</param>
internal sealed record Form<T>(Form<T>.Reader Read)
{
    /// <returns>Null, or what is wrong with the text.</returns>
    internal delegate string? Reader(string text, SettingOrigin origin, out T value);
}

/// <summary>The forms there are.</summary>
internal static partial class Form
{
    public static Form<string> Text { get; } = new(static (string text, SettingOrigin _, out string value) =>
        (value = text).Trim().Length > 0 ? null : "must not be empty");

    /// <summary>Any text, spaces and nothing included.</summary>
    public static Form<string> AnyText { get; } = new(static (string text, SettingOrigin _, out string value) =>
    {
        value = text;
        return null;
    });

    /// <summary>http or https; without credentials, which would end up in logs and error messages.</summary>
    public static Form<Uri> HttpUrl { get; } = new(static (string text, SettingOrigin _, out Uri value) =>
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out value!) || value.Scheme is not ("http" or "https") || value.Host.Length == 0)
        {
            return $"must be a URL such as http://localhost:9200, not '{text}'";
        }

        return value switch
        {
            { UserInfo.Length: > 0 } => "must hold no user name or password: a URL is printed in logs",
            { Query.Length: > 0 } or { Fragment.Length: > 0 } => $"must end with the path: leave out '{value.Query}{value.Fragment}'",
            _ => null,
        };
    });

    public static Form<string> Listen { get; } = new(static (string text, SettingOrigin _, out string value) =>
        ListenAddress.Parse(value = text) is null
            ? $"must be host:port with an IP address, localhost or * as host (such as 127.0.0.1:9280 or [::1]:9280), not '{text}'"
            : null);

    /// <summary>StackExchange.Redis's way of naming servers; without the password, which would end up in logs.</summary>
    public static Form<string> Redis { get; } = new(static (string text, SettingOrigin _, out string value) =>
    {
        value = text;
        try
        {
            ConfigurationOptions options = ConfigurationOptions.Parse(text);
            return options.Password is not null ? "must hold no password: name an environment variable in cache.passwordEnv"
                : options.EndPoints.Count == 0 ? "must name a server, such as localhost:6379"
                : null;
        }
        catch (ArgumentException)
        {
            return "must name a server, such as localhost:6379";
        }
    });

    /// <summary>An address others can be told: <c>host:port</c> with any host, <c>auto</c> or <c>none</c>.</summary>
    public static Form<string> Publish { get; } = new(static (string text, SettingOrigin _, out string value) =>
    {
        value = text;
        bool isAddress = Uri.TryCreate("http://" + text, UriKind.Absolute, out Uri? url)
            && url is { PathAndQuery: "/", UserInfo.Length: 0 }
            && text.EndsWith($":{url.Port}", StringComparison.Ordinal);
        return isAddress || text is ListenSettings.PublishAuto or ListenSettings.PublishNone
            ? null
            : $"must be auto, none, or host:port as clients reach EsRefine (such as search.example:9280), not '{text}'";
    });

    public static Form<RefinementMode> Mode { get; } = Word<RefinementMode>("refine, shadow, learn or off");

    public static Form<QueryModel> QueryModel { get; } = Word<QueryModel>("local or upstream");

    public static Form<string> Rule { get; } = new(static (string text, SettingOrigin _, out string value) =>
        RefinementRules.TryParse(value = text, out IRefinementRule? _)
            ? null
            : $"must be {RefinementRules.Choice}, not '{text}'");

    /// <summary>The name of an environment variable. What is written instead might be a key, so no message repeats it.</summary>
    public static Form<string> VariableName { get; } = new(static (string text, SettingOrigin _, out string value) =>
        VariableNamePattern().IsMatch(value = text) ? null : "must be the name of an environment variable, such as JUDGE_API_KEY: not the key itself");

    /// <summary>An existing file; a relative path counts from where it was written.</summary>
    public static Form<string> File { get; } = new(static (string text, SettingOrigin origin, out string value) =>
        System.IO.File.Exists(value = FullPath(text, origin)) ? null : $"must be an existing file; there is none at {value}");

    /// <summary>An existing folder; a relative path counts from where it was written.</summary>
    public static Form<string> Folder { get; } = new(static (string text, SettingOrigin origin, out string value) =>
        Directory.Exists(value = FullPath(text, origin)) ? null : $"must be an existing folder; there is none at {value}");

    /// <summary>A whole number in a range.</summary>
    /// <param name="least">Smallest allowed.</param>
    /// <param name="most">Largest allowed.</param>
    /// <param name="unit">What it counts, for the message: "milliseconds".</param>
    public static Form<int> Whole(int least, int most, string unit) => new((string text, SettingOrigin _, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most
            ? null
            : $"must be a whole number of {unit} from {least} to {most}, not '{text}'");

    /// <summary>A number in a range.</summary>
    /// <param name="fits">Whether it is in the range.</param>
    /// <param name="expects">The range in words: "a number from 0 to 1".</param>
    public static Form<double> Number(Predicate<double> fits, string expects) => new((string text, SettingOrigin _, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && fits(value) ? null : $"must be {expects}, not '{text}'");

    /// <summary>One of the words of an enumeration.</summary>
    /// <param name="choice">The words, for the message.</param>
    private static Form<TWord> Word<TWord>(string choice) where TWord : struct, Enum => new((string text, SettingOrigin _, out TWord value) =>
    {
        bool isWord = Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value) && text.All(char.IsAsciiLetter);
        return isWord ? null : $"must be {choice}, not '{text}'";
    });

    /// <summary>One of a few words.</summary>
    public static Form<string> OneOf(params string[] words) => new((string text, SettingOrigin _, out string value) =>
        words.Contains(value = text) ? null : $"must be {string.Join(", ", words[..^1])} or {words[^1]}, not '{text}'");

    /// <summary>A leading <c>~/</c> is the user's own folder: a shell expands it only where it is a word of its own.</summary>
    private static string FullPath(string text, SettingOrigin origin)
    {
        string path = text.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[2..])
            : text;
        return origin.Folder is null ? Path.GetFullPath(path) : Path.GetFullPath(path, Path.GetFullPath(origin.Folder));
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableNamePattern();
}
