using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EsRefine.Configuration;

/// <summary>One property of a settings record, as files, variables and flags set it: a value, a list, or a group of settings.</summary>
internal abstract class Setting
{
    private readonly PropertyInfo? _property;

    /// <param name="path">Where it is: <c>judge.url</c>, <c>targets[].index</c>; empty for the whole configuration.</param>
    /// <param name="attribute">Its documentation.</param>
    /// <param name="property">Its place in the record; null for the whole configuration and for elements of lists.</param>
    protected Setting(string path, SettingAttribute attribute, PropertyInfo? property)
    {
        Path = path;
        Attribute = attribute;
        _property = property;
        Name = path[(path.LastIndexOf('.') + 1)..];
        Description = attribute.Description;
        IsRequired = property?.IsDefined(typeof(RequiredMemberAttribute)) is true;
    }

    /// <summary>As in the file.</summary>
    public string Name { get; }

    /// <summary><c>judge.url</c>; <c>targets[].index</c> inside a list.</summary>
    public string Path { get; }

    public SettingAttribute Attribute { get; }

    /// <summary>What it does, in sentences.</summary>
    public string Description { get; init; }

    /// <summary>The same for the help of its flag.</summary>
    public virtual string FlagHelp => Description;

    /// <summary>The group it is in cannot do without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Its default as YAML; null where there is none.</summary>
    public string? Default { get; private init; }

    /// <summary>The property's name; empty for the whole configuration and for elements of lists.</summary>
    public string PropertyName => _property?.Name ?? "";

    /// <summary>Its environment variable; the first one of a list.</summary>
    public string Variable => EnvironmentSource.VariableOf(Path, isList: Element is not null);

    /// <summary>As a file sets it: to its example, or to its default.</summary>
    public string Sample => $"{Name}: {Attribute.Example ?? Default}";

    /// <summary>The settings of a group; empty for others.</summary>
    public virtual IReadOnlyList<Setting> Children => [];

    /// <summary>What each element of a list is; null for others.</summary>
    public virtual Setting? Element => null;

    /// <summary>The setting of a property; null where the property is none.</summary>
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

    /// <summary>Its value in a record.</summary>
    public object? ValueIn(object record) => _property!.GetValue(record);

    /// <summary>Sets its value in a record that is being read.</summary>
    public void SetIn(object record, object value) => _property!.SetValue(record, value);

    /// <summary>Reads what was written. False: the value is empty, or it cannot be used, which <paramref name="reading"/> has noted.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="path">Where it is: <c>targets[0].mode</c>.</param>
    /// <param name="reading">Collects faults and origins.</param>
    /// <param name="value">Of the property's type.</param>
    public abstract bool TryRead(ConfigurationNode node, string path, Reading reading, out object value);

    /// <summary>A flag's text as the tree of a file.</summary>
    public abstract ConfigurationNode ReadFlag(string text, SettingOrigin origin, List<string> errors);

    /// <summary>The value as lines of a configuration file.</summary>
    public abstract IEnumerable<SettingLine> Lines(object value, string path, int depth);

    // A setting that only some kinds read begins with their names: "chat: Base URL …".
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
