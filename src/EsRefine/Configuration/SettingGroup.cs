using System.Reflection;

namespace EsRefine.Configuration;

/// <summary>A group of settings, held in a record of its own.</summary>
internal sealed class SettingGroup : Setting
{
    private readonly Type _record;

    /// <param name="record">A record whose properties are settings and which has a constructor without parameters.</param>
    public SettingGroup(string path, SettingAttribute attribute, PropertyInfo? property, Type record)
        : base(path, attribute, property)
    {
        _record = record;
        object blank = Activator.CreateInstance(record)!;
        Children = [.. Properties(record).Select(child => Of(child, path, blank, attribute.Kinds)).OfType<Setting>()];
    }

    /// <summary>The kinds among which it can choose; empty if it has none.</summary>
    public IReadOnlyList<SettingsKind> Kinds => Attribute.Kinds;

    public override IReadOnlyList<Setting> Children { get; }

    public override string FlagHelp => Kinds.Count == 0
        ? Description
        : $"{Description} {Attribute.Placeholder} is {Form.Choice([.. Words.Select(static word => word.Usage)])}.";

    private IEnumerable<KindWord> Words => Kinds.SelectMany(static kind => kind.Words);

    /// <summary>Whether the properties of a record of this type are settings.</summary>
    public static bool IsGroup(Type type) => type.IsClass && Array.Exists(Properties(type), static property => property.IsDefined(typeof(SettingAttribute)));

    public override bool TryRead(ConfigurationNode node, string path, Reading reading, out object value)
    {
        value = Activator.CreateInstance(_record)!;
        if (node is ConfigurationValue { Text: null })
        {
            return false;
        }

        if (node is not ConfigurationMapping mapping)
        {
            string names = string.Join(", ", Children.Select(static child => child.Name));
            reading.Refuse(this, node.Origin, path, $"must be a group of settings, not a single value; its settings are: {names}");
            return false;
        }

        HashSet<string?> misspelled = [];
        foreach (ConfigurationEntry entry in mapping.Entries)
        {
            if (Children.FirstOrDefault(child => child.Name == entry.Name) is { } setting)
            {
                if (setting.TryRead(entry.Node, Under(path, setting), reading, out object read))
                {
                    setting.SetIn(value, read);
                }
            }
            else
            {
                string where = path.Length == 0 ? "" : $" in {path}";
                string[] known = [.. Children.Select(static child => child.Name)];
                misspelled.Add(NearestName.Of(entry.Name, known));
                reading.Errors.Add($"{entry.NameOrigin}: no such setting '{entry.Name}'{where}{NearestName.Hint(entry.Name, known)}");
            }
        }

        foreach (Setting missing in Children.Where(
            child => child.IsRequired && !misspelled.Contains(child.Name) && !mapping.Entries.Any(entry => entry.Name == child.Name)))
        {
            reading.Refuse(this, mapping.Origin, path, $"needs '{missing.Name}': {missing.Description}");
        }

        reading.Origins[path] = mapping.Origin;
        return true;
    }

    /// <summary>For a group with kinds, the text is a kind (<c>recorded:FILE</c>). For others it is YAML as in the file, with or without the braces.</summary>
    public override ConfigurationNode ReadFlag(string text, SettingOrigin origin, List<string> errors)
    {
        if (Kinds.Count > 0)
        {
            return ReadWord(text, origin, errors);
        }

        int before = errors.Count;
        ConfigurationNode group = YamlSource.Read(text.TrimStart().StartsWith('{') ? text : $"{{{text}}}", origin, errors);
        return errors.Count == before ? group : new ConfigurationValue(origin, null);
    }

    public override IEnumerable<SettingLine> Lines(object value, string path, int depth) =>
        [new(path, depth, Name, null), .. ChildLines(value, path, depth + 1)];

    /// <summary>The settings as lines of a configuration file, without those that the group's kind does not read.</summary>
    public IEnumerable<SettingLine> ChildLines(object value, string path, int depth)
    {
        string? chosen = Children.FirstOrDefault(static child => child.Name == SettingsKind.Chooser)?.ValueIn(value) as string;
        SettingsKind? kind = Kinds.FirstOrDefault(kind => kind.Name == chosen);
        return Children.Where(child => kind is null || child.Name == SettingsKind.Chooser || kind.Reads(child.PropertyName))
            .SelectMany(child => child.ValueIn(value) is { } set ? child.Lines(set, Under(path, child), depth) : []);
    }

    private ConfigurationNode ReadWord(string text, SettingOrigin origin, List<string> errors)
    {
        string[] parts = text.Split(':', 2);
        foreach (SettingsKind kind in Kinds)
        {
            if (kind.Words.FirstOrDefault(word => word.Word == parts[0] && (parts.Length == 1 || word.Argument is not null)) is { } word)
            {
                ConfigurationEntry[] argument = parts.Length == 1 ? [] : [Entry(Named(word.Argument!), parts[1])];
                return new ConfigurationMapping(origin,
                    [Entry(SettingsKind.Chooser, kind.Name), .. word.Settings.Select(setting => Entry(Named(setting.Property), setting.Text)), .. argument]);
            }
        }

        errors.Add($"{origin}: unknown {Name} '{text}'{NearestName.Hint(text, [.. Words.Select(static word => word.Usage)])}");
        return new ConfigurationValue(origin, null);

        ConfigurationEntry Entry(string name, string value) => new(name, origin, new ConfigurationValue(origin, value));
        string Named(string property) => Children.First(child => child.PropertyName == property).Name;
    }

    private static PropertyInfo[] Properties(Type record) => record.GetProperties(BindingFlags.Instance | BindingFlags.Public);

    private static string Under(string path, Setting setting) => path.Length == 0 ? setting.Name : $"{path}.{setting.Name}";
}
