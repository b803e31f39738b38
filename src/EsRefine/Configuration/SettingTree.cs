namespace EsRefine.Configuration;

/// <summary>All settings of a settings record and the records in it, read from their properties.</summary>
/// <param name="record">The record of the whole configuration.</param>
internal sealed class SettingTree(Type record)
{
    /// <summary>The whole configuration.</summary>
    public SettingGroup Root { get; } = new("", new SettingAttribute(""), property: null, record);

    /// <summary>Every setting, groups before their members, without the settings of a list's elements.</summary>
    public IReadOnlyList<Setting> All => field ??= [.. Below(Root)];

    /// <summary>The setting at a path: <c>judge.url</c>.</summary>
    public Setting At(string path) => All.First(setting => setting.Path == path);

    private static IEnumerable<Setting> Below(Setting group) => group.Children.SelectMany(static child => Below(child).Prepend(child));
}
