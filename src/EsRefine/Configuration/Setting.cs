using System.Text.RegularExpressions;

namespace EsRefine.Configuration;

/// <summary>One thing an operator can say: a value, a list, or a group of settings. <see cref="SettingTable"/> holds them all.</summary>
internal abstract class Setting(string name, string about)
{
    /// <summary>As in the file.</summary>
    public string Name { get; } = name;

    /// <summary>What it is for, in a sentence.</summary>
    public string About { get; } = about;

    /// <summary>The flag that sets it; null where there is none.</summary>
    public SettingFlag? Flag { get; init; }

    /// <summary>Its value is never printed.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The group it is in cannot do without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The settings of a group; empty for others.</summary>
    public virtual IReadOnlyList<Setting> Children => [];

    /// <summary>What each element of a list is; null for others.</summary>
    public virtual Setting? Element => null;
}

/// <summary>A setting's flag.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Placeholder">What follows it, for help: URL.</param>
/// <param name="Read">How its text becomes what a file would hold; null = as a value.</param>
internal sealed record SettingFlag(string Name, string Placeholder, Func<string, SettingOrigin, List<string>, ConfigurationNode>? Read = null);

/// <summary>A setting of the record <typeparamref name="TRecord"/>.</summary>
internal abstract class Setting<TRecord>(string name, string about) : Setting(name, about)
{
    /// <summary>The record with what was written in it. What is wrong goes to <paramref name="reading"/> and leaves the record as it was.</summary>
    /// <param name="record">Holds defaults, or what was read before.</param>
    /// <param name="path">Where the setting is: <c>judge.url</c>.</param>
    /// <param name="node">What was written.</param>
    /// <param name="reading">Collects faults and origins.</param>
    public abstract TRecord Read(TRecord record, string path, ConfigurationNode node, Reading reading);

    /// <summary>What the record says, as lines of a configuration file; none where it says nothing.</summary>
    public abstract IEnumerable<SettingLine> Lines(TRecord record, string path, int depth);
}

/// <summary>What one reading of the configuration found.</summary>
internal sealed partial class Reading
{
    public List<string> Errors { get; } = [];

    /// <summary>Paths of settings that were written and cannot be used: what follows from that is not told again.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Where each setting that is not a default was written, by its path: <c>judge.url</c>, <c>targets[0].mode</c>.</summary>
    public Dictionary<string, SettingOrigin> Origins { get; } = [];

    /// <summary>Notes that what was written for a setting cannot be used.</summary>
    public void Refuse(SettingOrigin origin, string path, string complaint)
    {
        Refused.Add(path);
        Errors.Add(IsOwn(origin, path) ? $"{origin} {complaint}" : $"{origin}: {path} {complaint}");
    }

    // A flag or variable of this very setting names it already.
    private static bool IsOwn(SettingOrigin origin, string path)
    {
        string steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        return origin.Source.Equals(EnvironmentSource.VariableOf(steps), StringComparison.OrdinalIgnoreCase)
            || origin.Source.Equals(EnvironmentSource.VariableOf(steps, isList: true), StringComparison.OrdinalIgnoreCase)
            || SettingTable.All.Any(entry => entry.Setting.Flag?.Name == origin.Source && entry.Path == Position().Replace(path, ""));
    }

    [GeneratedRegex(@"\[\d+\]$")]
    private static partial Regex Position();
}

/// <summary>A single value.</summary>
internal sealed class ValueSetting<TRecord, TValue>(
    string name, string about, Form<TValue> form, Func<TRecord, object?> get, Func<TRecord, TValue, TRecord> set)
    : Setting<TRecord>(name, about)
{
    public override TRecord Read(TRecord record, string path, ConfigurationNode node, Reading reading)
    {
        if (node is not ConfigurationValue written)
        {
            reading.Refuse(node.Origin, path, "must be a single value");
            return record;
        }

        if (written.Text is null)
        {
            return record;
        }

        if (form.Read(written.Text, written.Origin, out TValue value) is { } complaint)
        {
            reading.Refuse(written.Origin, path, complaint);
            return record;
        }

        reading.Origins[path] = written.Origin;
        return set(record, value);
    }

    public override IEnumerable<SettingLine> Lines(TRecord record, string path, int depth) =>
        get(record) is { } value ? [new(path, depth, Name, IsSecret ? SettingLine.Masked : SettingLine.Scalar(value))] : [];
}

/// <summary>A list of values; a lone value stands for a list of one.</summary>
internal sealed class ListSetting<TRecord, TValue>(
    string name, string about, Form<TValue> form, Func<TRecord, IReadOnlyList<TValue>> get, Func<TRecord, IReadOnlyList<TValue>, TRecord> set)
    : Setting<TRecord>(name, about)
{
    public override Setting Element { get; } = new ValueSetting<List<TValue>, TValue>(name, about, form, static values => values[^1], Appended.To);

    public override TRecord Read(TRecord record, string path, ConfigurationNode node, Reading reading)
    {
        if (node is ConfigurationValue { Text: null })
        {
            return record;
        }

        IReadOnlyList<ConfigurationNode> elements = node is ConfigurationList list ? list.Elements : [node];
        List<TValue> values = [];
        for (int i = 0; i < elements.Count; i++)
        {
            values = ((Setting<List<TValue>>)Element).Read(values, elements.Count == 1 ? path : $"{path}[{i}]", elements[i], reading);
        }

        reading.Origins[path] = node.Origin;
        return set(record, values);
    }

    public override IEnumerable<SettingLine> Lines(TRecord record, string path, int depth) => get(record) is { Count: > 0 } values
        ? [new(path, depth, Name, $"[{string.Join(", ", values.Select(value => SettingLine.Scalar(value!)))}]")]
        : [];
}

/// <summary>The record that the elements of a list are read into: the list itself.</summary>
internal static class Appended
{
    public static List<T> To<T>(List<T> list, T element)
    {
        list.Add(element);
        return list;
    }
}

/// <summary>Settings that belong together, a record of their own.</summary>
/// <param name="blank">The group before anything is read: its defaults.</param>
internal sealed class GroupSetting<TRecord, TGroup>(
    string name, string about, TGroup blank, IReadOnlyList<Setting<TGroup>> settings, Func<TRecord, TGroup?> get, Func<TRecord, TGroup, TRecord> set)
    : Setting<TRecord>(name, about)
    where TGroup : class
{
    public override IReadOnlyList<Setting> Children => settings;

    public override TRecord Read(TRecord record, string path, ConfigurationNode node, Reading reading)
    {
        if (node is ConfigurationValue { Text: null })
        {
            return record;
        }

        if (node is not ConfigurationMapping mapping)
        {
            reading.Refuse(node.Origin, path, $"holds settings of its own, not a value: {string.Join(", ", settings.Select(setting => setting.Name))}");
            return record;
        }

        TGroup group = get(record) ?? blank;
        HashSet<string?> misspelled = [];
        foreach (ConfigurationEntry entry in mapping.Entries)
        {
            if (settings.FirstOrDefault(setting => setting.Name == entry.Name) is { } known)
            {
                group = known.Read(group, Under(path, known), entry.Node, reading);
            }
            else
            {
                string where = path.Length == 0 ? "" : $" in {path}";
                string[] names = [.. settings.Select(setting => setting.Name)];
                misspelled.Add(NearestName.Of(entry.Name, names));
                string hint = NearestName.Hint(entry.Name, names);
                reading.Errors.Add($"{entry.NameOrigin}: no setting '{entry.Name}'{where}{hint}");
            }
        }

        foreach (Setting missing in settings.Where(
            setting => setting.IsRequired && !misspelled.Contains(setting.Name) && !mapping.Entries.Any(entry => entry.Name == setting.Name)))
        {
            reading.Refuse(mapping.Origin, path, $"needs '{missing.Name}': {missing.About}");
        }

        reading.Origins[path] = mapping.Origin;
        return set(record, group);
    }

    public override IEnumerable<SettingLine> Lines(TRecord record, string path, int depth) => get(record) is { } group
        ? [new(path, depth, Name, null), .. settings.SelectMany(setting => setting.Lines(group, Under(path, setting), depth + 1))]
        : [];

    private static string Under(string path, Setting setting) => path.Length == 0 ? setting.Name : $"{path}.{setting.Name}";
}

/// <summary>A list of groups.</summary>
internal sealed class GroupListSetting<TRecord, TGroup>(
    string name, string about, TGroup blank, IReadOnlyList<Setting<TGroup>> settings,
    Func<TRecord, IReadOnlyList<TGroup>> get, Func<TRecord, IReadOnlyList<TGroup>, TRecord> set)
    : Setting<TRecord>(name, about)
    where TGroup : class
{
    private readonly GroupSetting<List<TGroup>, TGroup> _element = new(name, about, blank, settings, static _ => null, Appended.To);

    public override Setting Element => _element;

    public override TRecord Read(TRecord record, string path, ConfigurationNode node, Reading reading)
    {
        if (node is ConfigurationValue { Text: null })
        {
            return record;
        }

        if (node is not ConfigurationList list)
        {
            reading.Refuse(node.Origin, path, $"must be a list; write each as '- {settings[0].Name}: …'");
            return record;
        }

        List<TGroup> groups = [];
        for (int i = 0; i < list.Elements.Count; i++)
        {
            groups = _element.Read(groups, $"{path}[{i}]", list.Elements[i], reading);
        }

        reading.Origins[path] = list.Origin;
        return set(record, groups);
    }

    public override IEnumerable<SettingLine> Lines(TRecord record, string path, int depth)
    {
        IReadOnlyList<TGroup> groups = get(record);
        if (groups.Count > 0)
        {
            yield return new(path, depth, Name, null);
        }

        for (int i = 0; i < groups.Count; i++)
        {
            bool isFirst = true;
            foreach (SettingLine line in settings.SelectMany(setting => setting.Lines(groups[i], $"{path}[{i}].{setting.Name}", depth + 2)))
            {
                yield return line with { BeginsElement = isFirst };
                isFirst = false;
            }
        }
    }
}
