using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EsRefine.Configuration;

/// <summary>One property of a settings record that a file, a variable or a flag can set: a value, a list, or a group of settings.</summary>
internal abstract class Setting
{
    private readonly PropertyInfo? _property;

    /// <param name="path">Its path: <c>judge.url</c>, <c>targets[].index</c>; empty for the whole configuration.</param>
    /// <param name="attribute">Its documentation.</param>
    /// <param name="property">Its property in the record; null for the whole configuration and for elements of lists.</param>
    protected Setting(string path, SettingAttribute attribute, PropertyInfo? property)
    {
        Path = path;
        Attribute = attribute;
        _property = property;
        Name = path[(path.LastIndexOf('.') + 1)..];
        Description = attribute.Description;
        IsRequired = property?.IsDefined(typeof(RequiredMemberAttribute)) is true;
    }

    /// <summary>The name, as written in the file.</summary>
    public string Name { get; }

    /// <summary><c>judge.url</c>; <c>targets[].index</c> inside a list.</summary>
    public string Path { get; }

    public SettingAttribute Attribute { get; }

    /// <summary>The description, in full sentences.</summary>
    public string Description { get; init; }

    /// <summary>The description for the help text of its flag.</summary>
    public virtual string FlagHelp => Description;

    /// <summary>Whether its group is invalid without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The default as YAML; null if there is none.</summary>
    public string? Default { get; private init; }

    /// <summary>The property's name; empty for the whole configuration and for elements of lists.</summary>
    public string PropertyName => _property?.Name ?? "";

    /// <summary>Its environment variable; for a list, that of the first element.</summary>
    public string Variable => EnvironmentSource.VariableOf(Path, isList: Element is not null);

    /// <summary>Its line in the sample file, with its example or its default as the value.</summary>
    public string Sample => $"{Name}: {Attribute.Example ?? Default}";

    /// <summary>The settings of a group; empty for others.</summary>
    public virtual IReadOnlyList<Setting> Children => [];

    /// <summary>The setting that describes each element of a list; null for others.</summary>
    public virtual Setting? Element => null;

    /// <summary>The setting of a property; null if the property is not a setting.</summary>
    public static Setting? Of(PropertyInfo property, string parentPath, object blank, IReadOnlyList<SettingsKind> kinds)
    {
        if (property.GetCustomAttribute<SettingAttribute>() is not { } attribute)
        {
            return null;
        }

        string name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        string path = parentPath.Length == 0 ? name : $"{parentPath}.{name}";
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type.IsGenericType)
        {
            return new ListSetting(path, attribute, property, type.GetGenericArguments()[0]);
        }

        if (SettingGroup.IsGroup(type))
        {
            return new SettingGroup(path, attribute, property, type);
        }

        bool choosesKind = kinds.Count > 0 && name == SettingsKind.Chooser;
        string? preset = property.GetValue(blank) is { } value ? SettingLine.Scalar(value) : null;
        return new ValueSetting(path, attribute, property, choosesKind ? Form.OneOf([.. kinds.Select(static kind => kind.Name)]) : Form.Of(type, attribute))
        {
            Default = preset == "\"\"" ? null : preset,
            IsRequired = !choosesKind && property.IsDefined(typeof(RequiredMemberAttribute)),
            Description = DescriptionFor(property.Name, attribute.Description, choosesKind, kinds),
        };
    }

    /// <summary>The value it has in a record.</summary>
    public object? ValueIn(object record) => _property!.GetValue(record);

    /// <summary>Sets its value in a record that is being read.</summary>
    public void SetIn(object record, object value) => _property!.SetValue(record, value);

    /// <summary>Parses the written value. False if the value is empty or invalid; an invalid one is recorded in <paramref name="reading"/>.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="path">Its path: <c>targets[0].mode</c>.</param>
    /// <param name="reading">Collects faults and origins.</param>
    /// <param name="value">Of the property's type.</param>
    public abstract bool TryRead(ConfigurationNode node, string path, Reading reading, out object value);

    /// <summary>Converts the text of a flag to the node that a file would hold.</summary>
    public abstract ConfigurationNode ReadFlag(string text, SettingOrigin origin, List<string> errors);

    /// <summary>The value as lines of a configuration file.</summary>
    public abstract IEnumerable<SettingLine> Lines(object value, string path, int depth);

    // The description of a setting that only some kinds read begins with the names of these kinds: "chat: Base URL …".
    private static string DescriptionFor(string property, string description, bool choosesKind, IReadOnlyList<SettingsKind> kinds)
    {
        if (choosesKind)
        {
            return $"{description} {string.Join("; ", kinds.Select(static kind => $"{kind.Name}: {kind.Description}"))}.";
        }

        string[] readers = [.. kinds.Where(kind => kind.Reads(property)).Select(static kind => kind.Name)];
        return readers.Length == 0 ? description : $"{string.Join(", ", readers)}: {description}";
    }
}
