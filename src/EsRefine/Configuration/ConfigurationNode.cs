namespace EsRefine.Configuration;

/// <summary>A node of configuration as written, not yet interpreted. The file, the environment and the flags are each read into a tree of nodes.</summary>
internal abstract record ConfigurationNode(SettingOrigin Origin);

/// <summary>A value as text. A null text is an empty value, which is ignored.</summary>
internal sealed record ConfigurationValue(SettingOrigin Origin, string? Text) : ConfigurationNode(Origin);

/// <summary>A list. It replaces the whole list of a source with lower precedence.</summary>
internal sealed record ConfigurationList(SettingOrigin Origin, IReadOnlyList<ConfigurationNode> Elements) : ConfigurationNode(Origin);

/// <summary>
/// One element of a list, by its position (<c>ESREFINE__TARGETS__0__MODE</c>). It changes that element of a source with lower precedence, or is appended.
/// </summary>
internal sealed record ConfigurationElement(SettingOrigin Origin, int Index, ConfigurationNode Node) : ConfigurationNode(Origin);

/// <summary>Settings by name.</summary>
internal sealed record ConfigurationMapping(SettingOrigin Origin, IReadOnlyList<ConfigurationEntry> Entries) : ConfigurationNode(Origin);

/// <summary>A name in a mapping, the position of the name, and its value.</summary>
internal readonly record struct ConfigurationEntry(string Name, SettingOrigin NameOrigin, ConfigurationNode Node);

/// <summary>Merges two sources; the one with higher precedence overrides the other.</summary>
internal static class ConfigurationOverlay
{
    /// <summary>
    /// The tree in which <paramref name="above"/> overrides <paramref name="below"/>. Mappings are merged by name; values and lists are replaced.
    /// </summary>
    public static ConfigurationNode Over(this ConfigurationNode above, ConfigurationNode? below, List<string> errors) => above switch
    {
        ConfigurationMapping mapping => Merge(below as ConfigurationMapping, mapping, errors),
        ConfigurationElement element => Place(below, element, errors),
        _ => above,
    };

    private static ConfigurationMapping Merge(ConfigurationMapping? below, ConfigurationMapping above, List<string> errors)
    {
        List<ConfigurationEntry> entries = [.. below?.Entries ?? []];
        foreach (ConfigurationEntry entry in above.Entries)
        {
            int index = entries.FindIndex(other => other.Name == entry.Name);
            ConfigurationEntry merged = entry with { Node = entry.Node.Over(index < 0 ? null : entries[index].Node, errors) };
            if (index < 0)
            {
                entries.Add(merged);
            }
            else
            {
                entries[index] = merged;
            }
        }

        return new(above.Origin, entries);
    }

    private static ConfigurationList Place(ConfigurationNode? below, ConfigurationElement above, List<string> errors)
    {
        // A single value counts as a list of one element, as in a file.
        List<ConfigurationNode> elements = below switch
        {
            ConfigurationList list => [.. list.Elements],
            ConfigurationValue { Text: not null } value => [value],
            _ => [],
        };
        if (above.Index > elements.Count)
        {
            errors.Add($"{above.Origin}: number {above.Index} leaves a gap in the list; the next free one is {elements.Count}");
        }
        else if (above.Index == elements.Count)
        {
            elements.Add(above.Node.Over(null, errors));
        }
        else
        {
            elements[above.Index] = above.Node.Over(elements[above.Index], errors);
        }

        return new(above.Origin, elements);
    }
}
