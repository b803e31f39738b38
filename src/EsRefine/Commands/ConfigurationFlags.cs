using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Settings;

namespace EsRefine.Commands;

/// <summary>Adds <c>--config</c> and the flag of every setting that has one to a command, and reads the configuration with them.</summary>
internal sealed class ConfigurationFlags
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Option<string?> _file = new("--config")
    {
        Description = $"Configuration file. [default: {ConfigurationReader.DefaultFile}, if it exists]",
        HelpName = "FILE",
    };

    private readonly List<(Setting Setting, Option<string[]> Option)> _settings = [.. EsRefineSettings.Tree.All
        .Where(static setting => setting.Attribute.Flag is not null)
        .Select(static setting => (setting, OptionFor(setting)))];

    public ConfigurationFlags(Command command, IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        command.Add(_file);
        foreach ((_, Option<string[]> option) in _settings)
        {
            command.Add(option);
        }
    }

    /// <summary>Reads the configuration. Flags override the environment, which overrides the file, which overrides defaults.</summary>
    /// <exception cref="ConfigurationException">The configuration is invalid.</exception>
    public EffectiveConfiguration Read(ParseResult parsed) => new ConfigurationReader
    {
        File = parsed.GetValue(_file),
        Environment = _environment,
        Flags = [.. _settings
            .Select(entry => (entry.Setting, (IReadOnlyList<string>)(parsed.GetValue(entry.Option) ?? [])))
            .Where(static flag => flag.Item2.Count > 0)],
    }.Read();

    /// <summary>The command-line option of a setting that has a flag.</summary>
    public static Option<string[]> OptionFor(Setting setting)
    {
        string repeatable = setting.Element is null ? "" : " Repeatable.";
        string preset = setting.Default is { } text ? $" [default: {text}]" : "";
        return new(setting.Attribute.Flag!) { Description = setting.FlagHelp + repeatable + preset, HelpName = setting.Attribute.Placeholder };
    }
}
