namespace EsRefine.Configuration;

/// <summary>Configuration as written, not yet interpreted. A file, the environment and the flags all become such a tree.</summary>
internal abstract record ConfigurationNode(SettingOrigin Origin);

/// <summary>A value as text. Null: an empty value, which is ignored.</summary>
internal sealed record ConfigurationValue(SettingOrigin Origin, string? Text) : ConfigurationNode(Origin);

/// <summary>A list, replacing one from a weaker source as a whole.</summary>
internal sealed record ConfigurationList(SettingOrigin Origin, IReadOnlyList<ConfigurationNode> Elements) : ConfigurationNode(Origin);

/// <summary>One element of a list by its position (<c>ESREFINE__TARGETS__0__MODE</c>): changes or follows those of a weaker source.</summary>
internal sealed record ConfigurationElement(SettingOrigin Origin, int Index, ConfigurationNode Node) : ConfigurationNode(Origin);

/// <summary>Settings by name.</summary>
internal sealed record ConfigurationMapping(SettingOrigin Origin, IReadOnlyList<ConfigurationEntry> Entries) : ConfigurationNode(Origin);

/// <summary>A name in a mapping, where it stands, and its value.</summary>
internal readonly record struct ConfigurationEntry(string Name, SettingOrigin NameOrigin, ConfigurationNode Node);

/// <summary>Lays a stronger source over a weaker one.</summary>
internal static class ConfigurationOverlay
{
    /// <summary>The tree in which <paramref name="above"/> overrides <paramref name="below"/>. Mappings merge name by name; values and lists replace.</summary>
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
        // A lone value stands for a list of one, as in a file.
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
