namespace EsRefine.Configuration;

/// <summary>A target as a flag takes it: the file's YAML, with or without the braces.</summary>
internal static class TargetShorthand
{
    /// <summary>The target, as a file would say it; nothing where <paramref name="errors"/> tells what is wrong.</summary>
    public static ConfigurationNode Read(string text, SettingOrigin origin, List<string> errors)
    {
        int before = errors.Count;
        ConfigurationNode target = YamlSource.Read(text.TrimStart().StartsWith('{') ? text : $"{{{text}}}", origin, errors);
        return errors.Count == before ? target : new ConfigurationValue(origin, null);
    }
}
