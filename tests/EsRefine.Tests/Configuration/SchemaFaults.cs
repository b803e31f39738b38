using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EsRefine.Configuration;

namespace EsRefine.Tests.Configuration;

/// <summary>
/// Validates YAML against a JSON Schema, as an editor does. It knows the keywords that the schema uses; any other keyword fails the test.
/// A YAML scalar is a number if it can be parsed as one.
/// </summary>
internal static class SchemaFaults
{
    private static readonly string[] Known =
    [
        "$schema", "title", "description", "default", "type", "properties", "additionalProperties", "required", "items", "anyOf", "enum", "pattern",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    ];

    public static IEnumerable<string> Of(JsonElement schema, ConfigurationNode node)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (!Known.Contains(keyword.Name))
            {
                throw new NotSupportedException($"this test does not know the keyword {keyword.Name}");
            }
        }

        if (schema.TryGetProperty("anyOf", out JsonElement choices))
        {
            string[][] faults = [.. choices.EnumerateArray().Select(choice => Of(choice, node).ToArray())];
            return Array.Exists(faults, static choice => choice.Length == 0)
                ? []
                : faults.MaxBy(static choice => !choice[0].Contains("type", StringComparison.Ordinal))!;
        }

        string type = TypeOf(node, schema);
        JsonElement allowed = schema.GetProperty("type");
        string[] types = allowed.ValueKind == JsonValueKind.Array
            ? [.. allowed.EnumerateArray().Select(static one => one.GetString()!)]
            : [allowed.GetString()!];
        return !types.Contains(type) ? [$"{node.Origin}: type {type} instead of {string.Join(" or ", types)}"] : node switch
        {
            ConfigurationMapping mapping => OfMapping(schema, mapping),
            ConfigurationList list => list.Elements.SelectMany(element => Of(schema.GetProperty("items"), element)),
            ConfigurationValue { Text: { } text } => OfText(schema, text).Select(fault => $"{node.Origin}: {fault}"),
            _ => [],
        };
    }

    private static IEnumerable<string> OfMapping(JsonElement schema, ConfigurationMapping mapping)
    {
        foreach (ConfigurationEntry entry in mapping.Entries)
        {
            if (schema.GetProperty("properties").TryGetProperty(entry.Name, out JsonElement property))
            {
                foreach (string fault in Of(property, entry.Node))
                {
                    yield return fault;
                }
            }
            else if (!schema.GetProperty("additionalProperties").GetBoolean())
            {
                yield return $"{entry.NameOrigin}: {entry.Name} is not allowed";
            }
        }

        if (schema.TryGetProperty("required", out JsonElement required))
        {
            IEnumerable<string> names = required.EnumerateArray().Select(static name => name.GetString()!);
            foreach (string name in names.Except(mapping.Entries.Select(static entry => entry.Name)))
            {
                yield return $"{mapping.Origin}: {name} is required";
            }
        }
    }

    private static IEnumerable<string> OfText(JsonElement schema, string text)
    {
        if (schema.TryGetProperty("enum", out JsonElement words) && words.EnumerateArray().All(word => word.GetString() != text))
        {
            yield return $"none of {words}";
        }

        if (schema.TryGetProperty("pattern", out JsonElement pattern) && !Regex.IsMatch(text, pattern.GetString()!))
        {
            yield return $"does not match {pattern}";
        }

        if (TypeOf(text) is "integer" or "number")
        {
            double number = double.Parse(text, CultureInfo.InvariantCulture);
            (string Keyword, Predicate<double> Fits, string Fault)[] bounds =
            [
                ("minimum", bound => number >= bound, "at least"), ("maximum", bound => number <= bound, "at most"),
                ("exclusiveMinimum", bound => number > bound, "above"), ("exclusiveMaximum", bound => number < bound, "below"),
            ];
            foreach ((string keyword, Predicate<double> fits, string fault) in bounds)
            {
                if (schema.TryGetProperty(keyword, out JsonElement bound) && !fits(bound.GetDouble()))
                {
                    yield return $"must be {fault} {bound}";
                }
            }
        }
    }

    private static string TypeOf(ConfigurationNode node, JsonElement schema) => node switch
    {
        ConfigurationMapping => "object",
        ConfigurationList => "array",
        ConfigurationValue { Text: { } text } => TypeOf(text) is "integer" && schema.GetProperty("type").ToString() == "number" ? "number" : TypeOf(text),
        _ => "null",
    };

    private static string TypeOf(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "integer"
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "number"
        : text is "true" or "false" ? "boolean"
        : "string";
}
