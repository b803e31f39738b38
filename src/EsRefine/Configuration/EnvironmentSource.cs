using System.Globalization;

namespace EsRefine.Configuration;

/// <summary>
/// Reads <c>ESREFINE__UPSTREAM__URLS__0=…</c>: two underscores step into a group or a list, case does not matter, an empty value is ignored.
/// Other variables that begin with <c>ESREFINE_</c> are not configuration.
/// </summary>
internal static class EnvironmentSource
{
    private const string Namespace = "ESREFINE_";
    private const string Prefix = "ESREFINE__";
    private const string Step = "__";

    // URLS__10 comes after URLS__9: elements are appended one by one.
    private static readonly StringComparer ByNumber =
        StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering | CompareOptions.IgnoreCase);

    /// <summary>The file's tree, overridden by the environment; <paramref name="errors"/> takes variables that name no setting.</summary>
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

    /// <summary>The name of a setting's variable: <c>upstream.urls</c>, a list → <c>ESREFINE__UPSTREAM__URLS__0</c>.</summary>
    /// <param name="path">Positions in lists in brackets: <c>targets[2].index</c>, <c>targets[].index</c> for the first.</param>
    /// <param name="isList">Whether it is a list, whose first element is meant.</param>
    public static string VariableOf(string path, bool isList = false) => Prefix + path
        .Replace("[]", "[0]", StringComparison.Ordinal).Replace("[", Step, StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
        .Replace(".", Step, StringComparison.Ordinal).ToUpperInvariant() + (isList ? Step + "0" : "");

    /// <summary>Warns of variables that would be settings but for single underscores.</summary>
    /// <param name="environment">The process's.</param>
    /// <param name="tree">The settings.</param>
    /// <param name="named">Variables that settings name: they are read, whatever they look like.</param>
    public static IEnumerable<string> Warnings(IReadOnlyDictionary<string, string> environment, SettingTree tree, IReadOnlyCollection<string?> named)
    {
        string[] settings = [.. tree.All.Select(static setting => setting.Variable[Prefix.Length..])];
        foreach (string variable in environment.Keys.Order(ByNumber))
        {
            if (variable.StartsWith(Namespace, StringComparison.OrdinalIgnoreCase) && !variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && !named.Contains(variable)
                && NearestName.Of(string.Join(Step, variable[Namespace.Length..].Split('_', StringSplitOptions.RemoveEmptyEntries)), settings) is { } meant)
            {
                yield return $"{variable} is not read: two underscores step into a setting; did you mean '{Prefix}{meant}'?";
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

            errors.Add($"{variable}: '{setting.Name}' is a list: a position (0, 1, …) was expected where '{steps[depth]}' stands");
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
            ? $"{variable}: '{setting.Name}' is a single value; leave out what follows {parent[..^Step.Length]}"
            : $"{variable}: no such setting{Hint(parent, steps[depth], string.Concat(steps[(depth + 1)..].Select(step => Step + step)), names)}");
        return null;
    }

    // The whole variable where one name is near, ready to paste; else what there is at that step.
    private static string Hint(string parent, string name, string rest, string[] names) => NearestName.Of(name, names) is { } nearest
        ? $"; did you mean '{parent}{nearest.ToUpperInvariant()}{rest}'?"
        : NearestName.Hint(name, names, other => parent + other.ToUpperInvariant());
}
