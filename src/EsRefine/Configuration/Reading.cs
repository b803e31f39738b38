namespace EsRefine.Configuration;

/// <summary>What one reading of the configuration found.</summary>
internal sealed class Reading
{
    public List<string> Errors { get; } = [];

    /// <summary>Paths of settings that were written and cannot be used. What follows from that is not reported again.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Where each setting that is not a default was written, by its path: <c>judge.url</c>, <c>targets[0].mode</c>.</summary>
    public Dictionary<string, SettingOrigin> Origins { get; } = [];

    /// <summary>Notes that what was written for a setting cannot be used.</summary>
    public void Refuse(Setting setting, SettingOrigin origin, string path, string complaint)
    {
        Refused.Add(path);

        // A flag or variable of this very setting names it already.
        bool isOwn = origin.Source == setting.Attribute.Flag
            || origin.Source.Equals(EnvironmentSource.VariableOf(path), StringComparison.OrdinalIgnoreCase)
            || origin.Source.Equals(EnvironmentSource.VariableOf(path, isList: true), StringComparison.OrdinalIgnoreCase);
        Errors.Add(isOwn ? $"{origin} {complaint}" : $"{origin}: {path} {complaint}");
    }
}
