namespace EsRefine.Configuration;

/// <summary>The flags of a command line as a tree.</summary>
internal static class FlagSource
{
    /// <summary>The tree with what the flags say laid over it.</summary>
    /// <param name="below">File and environment.</param>
    /// <param name="flags">Flags in the table's order with the texts given for them.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static ConfigurationNode Over(
        ConfigurationNode below, IEnumerable<(string Path, Setting Setting, IReadOnlyList<string> Texts)> flags, List<string> errors)
    {
        // Groups first: --judge recorded:a --judge-file b means b.
        foreach ((string path, Setting setting, IReadOnlyList<string> texts) in flags)
        {
            SettingOrigin origin = new(setting.Flag!.Name);
            Func<string, SettingOrigin, List<string>, ConfigurationNode> read =
                setting.Flag.Read ?? (static (text, origin, _) => new ConfigurationValue(origin, text));
            ConfigurationNode node = setting.Element is null
                ? read(texts[^1], origin, errors)
                : new ConfigurationList(origin, [.. texts.Select(text => read(text, origin, errors))]);
            foreach (string name in path.Split('.').Reverse())
            {
                node = new ConfigurationMapping(origin, [new(name, origin, node)]);
            }

            below = node.Over(below, errors);
        }

        return below;
    }
}
