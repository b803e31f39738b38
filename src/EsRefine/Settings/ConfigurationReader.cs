using EsRefine.Configuration;
using EsRefine.Judging;

namespace EsRefine.Settings;

/// <summary>The effective configuration, and the origin of each of its settings.</summary>
/// <param name="Settings">The settings, checked.</param>
/// <param name="Origins">Origins by path: <c>judge.url</c>, <c>targets[0].mode</c>. A setting without an origin has its default.</param>
/// <param name="Warnings">Settings that work but may not do what the operator expects.</param>
internal sealed record EffectiveConfiguration(EsRefineSettings Settings, IReadOnlyDictionary<string, SettingOrigin> Origins, IReadOnlyList<string> Warnings)
{
    /// <summary>The file that was read; null if there was none.</summary>
    public string? File { get; init; }

    /// <summary>The lines of a configuration file with these settings. A comment gives the origin of each value; secrets are masked.</summary>
    public IEnumerable<string> ToYaml() => EsRefineSettings.Tree.Root.ChildLines(Settings, "", 0).Select(line => line.Text is null
        ? line.ToString()
        : $"{line,-60} # {Origins.GetValueOrDefault(line.Path)?.ToString() ?? "default"}");
}

/// <summary>Reads the configuration. Flags override environment variables, which override the file, which overrides the defaults.</summary>
internal sealed class ConfigurationReader
{
    /// <summary>The file that is read if no other is named and it exists in the working directory.</summary>
    public const string DefaultFile = "esrefine.yaml";

    /// <summary>The file, as the operator named it; null = <see cref="DefaultFile"/> if it exists.</summary>
    public string? File { get; init; }

    /// <summary>The process's environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The settings whose flags were given, and the texts given for them.</summary>
    public IReadOnlyList<(Setting Setting, IReadOnlyList<string> Texts)> Flags { get; init; } = [];

    /// <summary>Reads and checks the whole configuration.</summary>
    /// <exception cref="ConfigurationException">The configuration is invalid. The exception holds every fault found, each with its place and fix.</exception>
    public EffectiveConfiguration Read()
    {
        Reading reading = new();
        ConfigurationNode tree = ReadFile(reading.Errors);
        bool isFileRead = reading.Errors.Count == 0;   // a setting may be missing only because the file is broken, so missing ones are not reported then
        tree = EnvironmentSource.Over(tree, Environment, EsRefineSettings.Tree.Root, reading.Errors);
        tree = FlagSource.Over(tree, Flags, reading.Errors);

        EsRefineSettings settings = EsRefineSettings.Tree.Root.TryRead(tree, "", reading, out object read) ? (EsRefineSettings)read : new();
        if (settings.Judge is { Kind: null or "", Url: not null } judge)
        {
            settings = settings with { Judge = judge with { Kind = RelevanceJudges.KindOfUrl } };
        }

        SettingsCheck.Check(settings, reading, Environment);
        if (isFileRead)
        {
            SettingsCheck.CheckUpstream(settings, reading);
        }

        string?[] named = [settings.Judge?.ApiKeyEnv, settings.Cache.PasswordEnv, settings.Cache.SecretEnv];
        return reading.Errors.Count == 0
            ? new(settings, reading.Origins, [.. EnvironmentSource.Warnings(Environment, EsRefineSettings.Tree, named), .. SettingsCheck.Warnings(settings)])
            {
                File = File ?? (System.IO.File.Exists(DefaultFile) ? DefaultFile : null),
            }
            : throw new ConfigurationException(reading.Errors);
    }

    private ConfigurationNode ReadFile(List<string> errors)
    {
        string file = File ?? DefaultFile;
        SettingOrigin origin = new(file, Folder: Path.GetDirectoryName(Path.GetFullPath(file)));
        if (File is null && !System.IO.File.Exists(file))
        {
            return new ConfigurationMapping(origin, []);
        }

        if (Directory.Exists(file))
        {
            errors.Add($"{file}: this is a folder; pass the configuration file in it, such as {Path.Combine(file, DefaultFile)}");
            return new ConfigurationMapping(origin, []);
        }

        try
        {
            ConfigurationNode root = YamlSource.Read(System.IO.File.ReadAllText(file), origin, errors);
            if (root is ConfigurationMapping)
            {
                return root;
            }

            string names = string.Join(", ", EsRefineSettings.Tree.Root.Children.Select(static setting => setting.Name));
            errors.Add($"{root.Origin}: expected settings, as 'name: value'; the settings are: {names}");
            return new ConfigurationMapping(origin, []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{file}: the configuration file cannot be read: {exception.Message}");
            return new ConfigurationMapping(origin, []);
        }
    }
}
