using System.Globalization;

namespace EsRefine.Configuration;

/// <summary>
/// Reads variables such as <c>ESREFINE__UPSTREAM__URLS__0</c>. Two underscores separate the parts of the path. Case and empty values are ignored.
/// Variables with a single underscore after <c>ESREFINE</c> are not settings.
/// </summary>
internal static class EnvironmentSource
{
    private const string Namespace = "ESREFINE_";
    private const string Prefix = "ESREFINE__";
    private const string Step = "__";

    // Numeric order puts URLS__10 after URLS__9, as elements are appended one by one.
    private static readonly StringComparer ByNumber =
        StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering | CompareOptions.IgnoreCase);

    /// <summary>The file's tree, overridden by the environment. A variable that names no setting is added to <paramref name="errors"/>.</summary>
    public static ConfigurationNode Over(
        ConfigurationNode below, IReadOnlyDictionary<string, string> environment, Setting root, List<string> errors)
    {
        foreach ((string variable, string value) in environment.OrderBy(pair => pair.Key, ByNumber))
        {
            if (value.Length > 0 && variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && Branch(new(variable), value, variable[Prefix.Length..].Split(Step), 0, root, errors) is { } branch)
            {
                below = branch.Over(below, errors);
            }
        }

        return below;
    }

    /// <summary>The environment variable of a setting: for the list <c>upstream.urls</c>, <c>ESREFINE__UPSTREAM__URLS__0</c>.</summary>
    /// <param name="path">The path, with positions in brackets: <c>targets[2].index</c>. Empty brackets mean the first element.</param>
    /// <param name="isList">Whether the setting is a list. The result then names its first element.</param>
    public static string VariableOf(string path, bool isList = false) => Prefix + path
        .Replace("[]", "[0]", StringComparison.Ordinal).Replace("[", Step, StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
        .Replace(".", Step, StringComparison.Ordinal).ToUpperInvariant() + (isList ? Step + "0" : "");

    /// <summary>Warnings about variables that would name a setting if their single underscores were double.</summary>
    /// <param name="environment">The environment of the process.</param>
    /// <param name="tree">The settings.</param>
    /// <param name="named">Variables that settings name, such as <c>judge.apiKeyEnv</c>. They are read, so there is no warning about them.</param>
    public static IEnumerable<string> Warnings(IReadOnlyDictionary<string, string> environment, SettingTree tree, IReadOnlyCollection<string?> named)
    {
        string[] settings = [.. tree.All.Select(static setting => setting.Variable[Prefix.Length..])];
        foreach (string variable in environment.Keys.Order(ByNumber))
        {
            if (variable.StartsWith(Namespace, StringComparison.OrdinalIgnoreCase) && !variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && !named.Contains(variable)
                && NearestName.Of(string.Join(Step, variable[Namespace.Length..].Split('_', StringSplitOptions.RemoveEmptyEntries)), settings) is { } meant)
            {
                yield return $"{variable} is ignored: the parts of a setting's name are separated by two underscores; did you mean '{Prefix}{meant}'?";
            }
        }
    }

    private static ConfigurationNode? Branch(
        SettingOrigin variable, string value, string[] steps, int depth, Setting setting, List<string> errors)
    {
        if (depth == steps.Length)
        {
            return new ConfigurationValue(variable, value);
        }

        if (setting.Element is { } element)
        {
            if (int.TryParse(steps[depth], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                return Branch(variable, value, steps, depth + 1, element, errors) is { } node ? new ConfigurationElement(variable, index, node) : null;
            }

            errors.Add($"{variable}: '{setting.Name}' is a list: expected a position (0, 1, …) instead of '{steps[depth]}'");
            return null;
        }

        if (setting.Children.FirstOrDefault(child => child.Name.Equals(steps[depth], StringComparison.OrdinalIgnoreCase)) is { } next)
        {
            return Branch(variable, value, steps, depth + 1, next, errors) is { } node
                ? new ConfigurationMapping(variable, [new(next.Name, variable, node)])
                : null;
        }

        string[] names = [.. setting.Children.Select(child => child.Name)];
        string parent = Prefix + string.Concat(steps[..depth].Select(step => step.ToUpperInvariant() + Step));
        errors.Add(names.Length == 0
            ? $"{variable}: '{setting.Name}' is a single value; remove everything after {parent[..^Step.Length]}"
            : $"{variable}: no such setting{Hint(parent, steps[depth], string.Concat(steps[(depth + 1)..].Select(step => Step + step)), names)}");
        return null;
    }

    // The full name of the variable, ready to paste, if a similar name exists; otherwise the names allowed at this step.
    private static string Hint(string parent, string name, string rest, string[] names) => NearestName.Of(name, names) is { } nearest
        ? $"; did you mean '{parent}{nearest.ToUpperInvariant()}{rest}'?"
        : NearestName.Hint(name, names, other => parent + other.ToUpperInvariant());
}
