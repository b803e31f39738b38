using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EsRefine.Configuration;

/// <summary>Reads YAML into a tree that remembers lines and columns. Anchors and aliases work; a mapping may name a setting only once.</summary>
internal sealed class YamlSource
{
    private const int MaxDepth = 16;   // the settings are four levels deep; without a limit, a long run of brackets would overflow the stack

    private readonly SettingOrigin _source;
    private readonly List<string> _errors;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, ConfigurationNode> _anchors = [];

    private YamlSource(string text, SettingOrigin source, List<string> errors)
    {
        _source = source;
        _errors = errors;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document; an empty mapping if there is none or if it is not valid YAML, which is reported in <paramref name="errors"/>.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">The name of the text in messages, and the folder that its relative paths are resolved against.</param>
    /// <param name="errors">Receives the faults found.</param>
    public static ConfigurationNode Read(string text, SettingOrigin source, List<string> errors)
    {
        try
        {
            return new YamlSource(text, source, errors).Document();
        }
        catch (YamlException exception)
        {
            SettingOrigin origin = At(source, exception.Start);
            errors.Add(LineIndentedByTab(text, origin.Line) is { } line
                ? $"{origin with { Line = line, Column = 1 }}: this line is indented with a tab; YAML allows only spaces"
                : $"{origin}: not valid YAML: {exception.Message.TrimEnd('.')}");
            return Nothing(source);
        }
    }

    private ConfigurationNode Document()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return Nothing(_source);
        }

        ConfigurationNode root = Node(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out DocumentStart? second))
        {
            _errors.Add($"{At(_source, second.Start)}: a second document begins here; only one is read");
        }

        return root is ConfigurationValue { Text: null } ? Nothing(_source) : root;
    }

    private ConfigurationNode Node(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"nested more than {MaxDepth} deep");
        }

        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            return _anchors.TryGetValue(alias.Value, out ConfigurationNode? known)
                ? known
                : throw new YamlException(
                    alias.Start, alias.End, $"the alias '*{alias.Value}' has no anchor '&{alias.Value}' above it; quote a text that begins with *");
        }

        if (!_parser.Accept<NodeEvent>(out NodeEvent? start))
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a value was expected");
        }

        ConfigurationNode node = start switch
        {
            MappingStart => Mapping(depth),
            SequenceStart => List(depth),
            _ => Value(),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor] = node;
        }

        return node;
    }

    private ConfigurationMapping Mapping(int depth)
    {
        SettingOrigin origin = At(_source, _parser.Consume<MappingStart>().Start);
        List<ConfigurationEntry> entries = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out Scalar? name))
            {
                throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a setting's name was expected; quote a text that begins with *, { or [");
            }

            SettingOrigin nameOrigin = At(_source, name.Start);
            ConfigurationNode node = Node(depth + 1);
            if (entries.Find(entry => entry.Name == name.Value) is { Name: not null } first)
            {
                _errors.Add($"{nameOrigin}: '{name.Value}' is set twice; the first is on line {first.NameOrigin.Line}");
            }
            else
            {
                entries.Add(new(name.Value, nameOrigin, node));
            }
        }

        return new(origin, entries);
    }

    private ConfigurationList List(int depth)
    {
        SettingOrigin origin = At(_source, _parser.Consume<SequenceStart>().Start);
        List<ConfigurationNode> elements = [];
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            elements.Add(Node(depth + 1));
        }

        return new(origin, elements);
    }

    private ConfigurationValue Value()
    {
        Scalar scalar = _parser.Consume<Scalar>();
        bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is ("" or "~" or "null");
        return new(At(_source, scalar.Start), isNull ? null : scalar.Value);
    }

    private static ConfigurationMapping Nothing(SettingOrigin source) => new(source, []);

    private static SettingOrigin At(SettingOrigin source, Mark mark) => source with { Line = (int)mark.Line, Column = (int)mark.Column };

    // The parser's own error for a tab does not mention tabs, and may point to a later line.
    private static int? LineIndentedByTab(string text, int from)
    {
        string[] lines = text.Split('\n');
        int index = Array.FindIndex(lines, Math.Clamp(from - 1, 0, lines.Length - 1), line => line.TrimStart(' ').StartsWith('\t') && line.Trim().Length > 0);
        return index < 0 ? null : index + 1;
    }
}
