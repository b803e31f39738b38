using System.Text.RegularExpressions;
using EsRefine.Refinement;
using StackExchange.Redis;

namespace EsRefine.Configuration;

/// <summary>The forms of texts, by the names that <see cref="SettingAttribute.Form"/> takes.</summary>
internal static partial class TextForms
{
    private const string VariableNamePattern = "^[A-Za-z_][A-Za-z0-9_]*$";

    public static Form Text { get; } = new("text", static (string text, SettingOrigin _, out object value) =>
        ((string)(value = text)).Trim().Length > 0 ? null : "must not be empty");

    /// <summary>Any text, including an empty one.</summary>
    public static Form AnyText { get; } = new("text", static (string text, SettingOrigin _, out object value) =>
    {
        value = text;
        return null;
    });

    /// <summary>An http or https URL without a query string and without credentials, because URLs appear in logs and error messages.</summary>
    public static Form HttpUrl { get; } = new("URL", static (string text, SettingOrigin _, out object value) =>
        ReadUrl(text, out value) ?? (value is Uri { Query.Length: > 0 } url ? $"must end with the path: remove '{url.Query}'" : null))
    { Pattern = "^https?://" };

    /// <summary>An http or https URL that may have a query string, because Azure expects its api-version there.</summary>
    public static Form HttpUrlWithQuery { get; } = new("URL", static (string text, SettingOrigin _, out object value) => ReadUrl(text, out value))
    { Pattern = "^https?://" };

    /// <summary>See <see cref="ListenAddress"/>.</summary>
    public static Form Listen { get; } = new("host:port", static (string text, SettingOrigin _, out object value) =>
        ListenAddress.Parse((string)(value = text)) is null
            ? $"must be host:port with an IP address, localhost or * as host (such as 127.0.0.1:9280 or [::1]:9280), not '{text}'"
            : null);

    /// <summary>A configuration string of StackExchange.Redis, without a password, because it appears in logs.</summary>
    public static Form Redis { get; } = new("host:port", static (string text, SettingOrigin _, out object value) =>
    {
        value = text;
        try
        {
            ConfigurationOptions options = ConfigurationOptions.Parse(text);
            return options.Password is not null ? "must not contain a password: name an environment variable in cache.passwordEnv"
                : options.EndPoints.Count == 0 ? "must name a server, such as localhost:6379"
                : null;
        }
        catch (ArgumentException)
        {
            return "must name a server, such as localhost:6379";
        }
    });

    /// <summary>
    /// The address given to clients: <c>host:port</c> with any host, <see cref="ListenSettings.PublishAuto"/> or <see cref="ListenSettings.PublishNone"/>.
    /// </summary>
    public static Form Publish { get; } = new("auto, none or host:port", static (string text, SettingOrigin _, out object value) =>
    {
        value = text;
        bool isAddress = Uri.TryCreate("http://" + text, UriKind.Absolute, out Uri? url)
            && url is { PathAndQuery: "/", UserInfo.Length: 0 }
            && text.EndsWith($":{url.Port}", StringComparison.Ordinal);
        return isAddress || text is ListenSettings.PublishAuto or ListenSettings.PublishNone
            ? null
            : $"must be auto, none, or host:port as clients reach EsRefine (such as search.example:9280), not '{text}'";
    });

    /// <summary>A refinement rule.</summary>
    public static Form Rule { get; } = new("rule", static (string text, SettingOrigin _, out object value) =>
        RefinementRules.TryParse((string)(value = text), out IRefinementRule? _) ? null : $"must be {RefinementRules.Choice}, not '{text}'");

    /// <summary>The name of an environment variable. An invalid value might be a key, so the error message does not repeat it.</summary>
    public static Form VariableName { get; } = new("variable name", static (string text, SettingOrigin _, out object value) =>
        IsVariableName().IsMatch((string)(value = text)) ? null : "must be the name of an environment variable, such as JUDGE_API_KEY: not the key itself")
    { Pattern = VariableNamePattern };

    /// <summary>An existing file. A relative path is resolved against the folder of the configuration file, or against the working directory.</summary>
    public static Form File { get; } = new("file", static (string text, SettingOrigin origin, out object value) =>
        System.IO.File.Exists((string)(value = FullPath(text, origin))) ? null : $"must be an existing file, and {value} does not exist");

    /// <summary>An existing folder. A relative path is resolved as for <see cref="File"/>.</summary>
    public static Form Folder { get; } = new("folder", static (string text, SettingOrigin origin, out object value) =>
        Directory.Exists((string)(value = FullPath(text, origin))) ? null : $"must be an existing folder, and {value} does not exist");

    private static string? ReadUrl(string text, out object value)
    {
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0;
        value = isUrl ? url! : text;
        return !isUrl ? $"must be a URL such as http://localhost:9200, not '{text}'"
            : url!.UserInfo.Length > 0 ? "must not contain a user name or password, because URLs appear in logs"
            : url.Fragment.Length > 0 ? $"must end with the path: remove '{url.Fragment}'"
            : null;
    }

    /// <summary>Expands a leading <c>~/</c> to the user's home folder; a shell does so only at the start of a word.</summary>
    private static string FullPath(string text, SettingOrigin origin)
    {
        string path = text.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[2..])
            : text;
        return origin.Folder is null ? Path.GetFullPath(path) : Path.GetFullPath(path, Path.GetFullPath(origin.Folder));
    }

    [GeneratedRegex(VariableNamePattern)]
    private static partial Regex IsVariableName();
}
