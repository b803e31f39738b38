using System.Reflection;

namespace EsRefine.Configuration;

/// <summary>A single value.</summary>
internal sealed class ValueSetting(string path, SettingAttribute attribute, PropertyInfo? property, Form form) : Setting(path, attribute, property)
{
    public Form Form { get; } = form;

    /// <summary>Whether it is a number, with a unit and a range.</summary>
    public bool IsNumber => Form.Type.EndsWith("number", StringComparison.Ordinal);

    /// <summary>Whether it is <c>true</c> or <c>false</c>.</summary>
    public bool IsSwitch => Form.Type == "switch";

    public override bool TryRead(ConfigurationNode node, string path, Reading reading, out object value)
    {
        value = "";
        if (node is not ConfigurationValue written)
        {
            reading.Refuse(this, node.Origin, path, "must be a single value");
            return false;
        }

        if (written.Text is null)
        {
            return false;
        }

        if (Form.Read(written.Text, written.Origin, out value) is { } complaint)
        {
            reading.Refuse(this, written.Origin, path, complaint);
            return false;
        }

        reading.Origins[path] = written.Origin;
        return true;
    }

    public override ConfigurationNode ReadFlag(string text, SettingOrigin origin, List<string> errors) => new ConfigurationValue(origin, text);

    public override IEnumerable<SettingLine> Lines(object value, string path, int depth) =>
        [new(path, depth, Name, Attribute.IsSecret ? SettingLine.Masked : SettingLine.Scalar(value))];
}
