using System.CommandLine;
using EsRefine.Configuration;

namespace EsRefine.Commands;

/// <summary>The flags of every setting that has one, and <c>--config</c>; reads the configuration with them.</summary>
internal sealed class ConfigurationFlags
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Option<string?> _file = new("--config")
    {
        Description = $"Configuration file. [default: {ConfigurationReader.DefaultFile}, if there is one]",
        HelpName = "FILE",
    };

    private readonly List<(string Path, Setting Setting, Option<string[]> Option)> _settings = [.. SettingTable.All
        .Where(entry => entry.Setting.Flag is not null)
        .Select(entry => (entry.Path, entry.Setting, OptionFor(entry.Path, entry.Setting)))];

    public ConfigurationFlags(Command command, IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        command.Add(_file);
        foreach ((_, _, Option<string[]> option) in _settings)
        {
            command.Add(option);
        }
    }

    /// <summary>Flags over environment over file over defaults.</summary>
    /// <exception cref="ConfigurationException">It cannot work.</exception>
    public EffectiveConfiguration Read(ParseResult parsed) => new ConfigurationReader
    {
        File = parsed.GetValue(_file),
        Environment = _environment,
        Flags = [.. _settings
            .Select(entry => (entry.Path, entry.Setting, (IReadOnlyList<string>)(parsed.GetValue(entry.Option) ?? [])))
            .Where(flag => flag.Item3.Count > 0)],
    }.Read();

    private static Option<string[]> OptionFor(string path, Setting setting)
    {
        string repeatable = setting.Element is null ? "" : " Repeatable.";
        string preset = SettingTable.Defaults.TryGetValue(path, out string? text) ? $" [default: {text}]" : "";
        return new(setting.Flag!.Name) { Description = setting.About + repeatable + preset, HelpName = setting.Flag.Placeholder };
    }
}
