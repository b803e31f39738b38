using System.Collections;
using System.Reflection;

namespace EsRefine.Configuration;

/// <summary>A list of values, for which a lone value may stand, or a list of groups.</summary>
internal sealed class ListSetting : Setting
{
    private readonly Type _elementType;

    public ListSetting(string path, SettingAttribute attribute, PropertyInfo property, Type elementType)
        : base(path, attribute, property)
    {
        _elementType = elementType;
        Element = SettingGroup.IsGroup(elementType)
            ? new SettingGroup(path + "[]", attribute, property: null, elementType)
            : new ValueSetting(path, attribute, property: null, Form.Of(elementType, attribute));
    }

    public override Setting Element { get; }

    public override string FlagHelp => Element is SettingGroup group
        ? $"{Description} {Attribute.Placeholder} is written as in the file: "
            + $"'{string.Join(", ", group.Children.Take(3).Select(static child => child.Sample))}'."
        : Description;

    public override bool TryRead(ConfigurationNode node, string path, Reading reading, out object value)
    {
        value = "";
        if (node is ConfigurationValue { Text: null })
        {
            return false;
        }

        if (Element is SettingGroup && node is not ConfigurationList)
        {
            reading.Refuse(this, node.Origin, path, $"must be a list; write each as '- {Element.Children[0].Name}: …'");
            return false;
        }

        bool isLone = Element is ValueSetting && node is not ConfigurationList { Elements.Count: > 1 };
        IReadOnlyList<ConfigurationNode> nodes = node is ConfigurationList list ? list.Elements : [node];
        List<object> elements = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            if (Element.TryRead(nodes[i], isLone ? path : $"{path}[{i}]", reading, out object element))
            {
                elements.Add(element);
            }
        }

        reading.Origins[path] = node.Origin;
        Array values = Array.CreateInstance(_elementType, elements.Count);
        ((ICollection)elements).CopyTo(values, 0);
        value = values;
        return true;
    }

    public override ConfigurationNode ReadFlag(string text, SettingOrigin origin, List<string> errors) => Element.ReadFlag(text, origin, errors);

    public override IEnumerable<SettingLine> Lines(object value, string path, int depth)
    {
        object[] elements = [.. ((IEnumerable)value).Cast<object>()];
        return elements.Length == 0 ? []
            : Element is SettingGroup group
                ? [new(path, depth, Name, null), .. elements.SelectMany((element, i) => ElementLines(group, element, $"{path}[{i}]", depth + 2))]
                : [new(path, depth, Name, $"[{string.Join(", ", elements.Select(SettingLine.Scalar))}]")];
    }

    private static IEnumerable<SettingLine> ElementLines(SettingGroup group, object element, string path, int depth) =>
        group.ChildLines(element, path, depth).Select(static (line, i) => line with { BeginsElement = i == 0 });
}
