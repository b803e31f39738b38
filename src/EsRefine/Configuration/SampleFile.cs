using System.Text;

namespace EsRefine.Configuration;

/// <summary>
/// Writes a configuration file with every setting: those an operator must choose are set to an example, the others are comments with their defaults.
/// </summary>
internal static class SampleFile
{
    private const int Width = 120;

    /// <param name="tree">The settings.</param>
    /// <param name="head">What stands above them, in sentences, a comment line each.</param>
    public static string Write(SettingTree tree, IEnumerable<string> head)
    {
        StringBuilder file = new();
        foreach (string line in head)
        {
            file.Append("# ").Append(line).Append('\n');
        }

        foreach (Setting setting in tree.Root.Children)
        {
            file.Append('\n');
            Write(file, setting, indent: 0, isOff: false);
        }

        return file.ToString();
    }

    private static void Write(StringBuilder file, Setting setting, int indent, bool isOff)
    {
        Comment(file, setting, indent);
        if (setting is ListSetting { Element: SettingGroup element })
        {
            Line(file, indent, isOff, setting.Name + ":");
            for (int i = 0; i < element.Children.Count; i++)
            {
                Comment(file, element.Children[i], indent + 4);
                Line(file, i == 0 ? indent + 2 : indent + 4, isOff: true, (i == 0 ? "- " : "") + element.Children[i].Sample);
            }
        }
        else if (setting.Children.Count > 0)
        {
            Line(file, indent, isOff, setting.Name + ":");
            foreach (Setting child in setting.Children)
            {
                Write(file, child, indent + 2, isOff: !child.Attribute.IsSetInSample && child.Children.Count == 0);
            }
        }
        else
        {
            Line(file, indent, isOff || !setting.Attribute.IsSetInSample, setting.Sample);
        }
    }

    private static void Line(StringBuilder file, int indent, bool isOff, string text) =>
        file.Append(' ', indent).Append(isOff ? "#" : "").Append(text).Append('\n');

    private static void Comment(StringBuilder file, Setting setting, int indent)
    {
        string facts = setting switch
        {
            ValueSetting { IsNumber: true } => $" ({setting.Attribute.Unit}, {setting.Attribute.Range})",
            ValueSetting { Form.Words: { Count: > 0 } words } when !words.All(word => setting.Description.Contains(word + ":", StringComparison.Ordinal)) =>
                $" ({Form.Choice(words)})",
            _ => "",
        };
        foreach (string line in Wrapped(setting.Description + facts, Width - indent - 2))
        {
            file.Append(' ', indent).Append("# ").Append(line).Append('\n');
        }
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
