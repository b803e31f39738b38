using System.Text;

namespace EsRefine.Configuration;

/// <summary>Writes the reference of all settings in Markdown, with a table per group.</summary>
internal static class SettingsReference
{
    private const int Width = 120;

    /// <param name="tree">The settings.</param>
    /// <param name="head">The text above the tables, in Markdown.</param>
    public static string Write(SettingTree tree, string head)
    {
        StringBuilder page = new();
        page.Append(head).Append('\n');
        Table(page, "General", "", [.. tree.Root.Children.Where(static setting => setting is ValueSetting)]);
        foreach (Setting group in tree.Root.Children.Where(static setting => setting is not ValueSetting))
        {
            Group(page, group);
        }

        return page.ToString();
    }

    private static void Group(StringBuilder page, Setting setting)
    {
        SettingGroup group = setting as SettingGroup ?? (SettingGroup)setting.Element!;
        string flag = setting.Attribute.Flag is null ? "" : $"\n\nFlag: `{setting.Attribute.Flag} {setting.Attribute.Placeholder}`"
            + (setting.Element is null ? "" : ", repeatable") + ".";
        string text = string.Join('\n', SampleFile.Wrapped(Text(setting.Description), Width)) + flag;
        Table(page, $"`{setting.Path}`", text, [.. group.Children.Where(static child => child is not SettingGroup)]);
        if (group.Kinds.Count > 0)
        {
            Kinds(page, group);
        }

        foreach (Setting child in group.Children.Where(static child => child is SettingGroup))
        {
            Group(page, child);
        }
    }

    private static void Table(StringBuilder page, string title, string text, IReadOnlyList<Setting> settings)
    {
        page.Append("\n## ").Append(title).Append('\n');
        if (text.Length > 0)
        {
            page.Append('\n').Append(text).Append('\n');
        }

        page.Append("\n| setting | type | unit | bounds | default | flag | environment variable | what it does |\n|---|---|---|---|---|---|---|---|\n");
        foreach (Setting setting in settings)
        {
            ValueSetting value = setting as ValueSetting ?? (ValueSetting)setting.Element!;
            string type = (setting.Element is null ? "" : "list of ") + (value.Form.Words.Count > 0
                ? string.Join(", ", value.Form.Words.Select(Code))
                : value.Form.Type) + (setting.IsRequired ? ", required" : "");
            string[] cells =
            [
                Code(setting.Name), type, value.Attribute.Unit ?? "", value.IsNumber ? value.Attribute.Range.ToString() : "", Code(setting.Default),
                Code(setting.Attribute.Flag is null ? null : $"{setting.Attribute.Flag} {setting.Attribute.Placeholder}"), Code(setting.Variable),
                Text(setting.Description),
            ];
            page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }
    }

    private static void Kinds(StringBuilder page, SettingGroup group)
    {
        page.Append("\n| kind | what it is | needs | also reads | as a flag |\n|---|---|---|---|---|\n");
        foreach (SettingsKind kind in group.Kinds)
        {
            string[] cells =
            [
                Code(kind.Name), Text(kind.Description), Names(kind.Needs), Names(kind.Takes),
                string.Join(", ", kind.Words.Select(word => Code($"{group.Attribute.Flag} {word.Usage}"))),
            ];
            page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        string Names(IEnumerable<string> properties) =>
            string.Join(", ", properties.Select(property => Code(group.Children.First(child => child.PropertyName == property).Name)));
    }

    private static string Code(string? text) => string.IsNullOrEmpty(text) ? "" : $"`{text}`";

    // An unescaped bar would end the cell, and an asterisk would begin emphasis.
    private static string Text(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
