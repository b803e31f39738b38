namespace EsRefine.Configuration;

/// <summary>Collects the faults and origins found while the configuration is read.</summary>
internal sealed class Reading
{
    public List<string> Errors { get; } = [];

    /// <summary>Paths of settings whose written value is invalid. Faults that follow from an invalid value are not reported.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>The origin of each setting that does not have its default, by path: <c>judge.url</c>, <c>targets[0].mode</c>.</summary>
    public Dictionary<string, SettingOrigin> Origins { get; } = [];

    /// <summary>Records that the value written for a setting is invalid.</summary>
    public void Refuse(Setting setting, SettingOrigin origin, string path, string complaint)
    {
        Refused.Add(path);

        // The origin already names the setting if it is the setting's own flag or variable.
        bool isOwn = origin.Source == setting.Attribute.Flag
            || origin.Source.Equals(EnvironmentSource.VariableOf(path), StringComparison.OrdinalIgnoreCase)
            || origin.Source.Equals(EnvironmentSource.VariableOf(path, isList: true), StringComparison.OrdinalIgnoreCase);
        Errors.Add(isOwn ? $"{origin} {complaint}" : $"{origin}: {path} {complaint}");
    }
}
