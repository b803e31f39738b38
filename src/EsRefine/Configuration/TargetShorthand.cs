namespace EsRefine.Configuration;

/// <summary>A target as a flag takes it: the file's YAML, with or without the braces.</summary>
internal static class TargetShorthand
{
    /// <summary>The target, as a file would say it.</summary>
    public static ConfigurationNode Read(string text, SettingOrigin origin, List<string> errors) =>
        YamlSource.Read(text.TrimStart().StartsWith('{') ? text : $"{{{text}}}", origin, errors);
}
