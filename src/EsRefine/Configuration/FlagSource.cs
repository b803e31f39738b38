namespace EsRefine.Configuration;

/// <summary>The flags of a command line as a tree.</summary>
internal static class FlagSource
{
    /// <summary>The tree, overridden by the flags.</summary>
    /// <param name="below">File and environment.</param>
    /// <param name="flags">The settings whose flags were given, groups before their members, and the texts given for them.</param>
    /// <param name="errors">Receives the faults found.</param>
    public static ConfigurationNode Over(
        ConfigurationNode below, IEnumerable<(Setting Setting, IReadOnlyList<string> Texts)> flags, List<string> errors)
    {
        // Groups are applied first, so that --judge-file b overrides the file of --judge recorded:a.
        foreach ((Setting setting, IReadOnlyList<string> texts) in flags)
        {
            SettingOrigin origin = new(setting.Attribute.Flag!);
            ConfigurationNode node = setting.Element is null
                ? setting.ReadFlag(texts[^1], origin, errors)
                : new ConfigurationList(origin, [.. texts.Select(text => setting.ReadFlag(text, origin, errors))]);
            foreach (string name in setting.Path.Split('.').Reverse())
            {
                node = new ConfigurationMapping(origin, [new(name, origin, node)]);
            }

            below = node.Over(below, errors);
        }

        return below;
    }
}
