using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EsRefine.Configuration;

/// <summary>Writes the JSON Schema of a configuration file. It uses draft 7, which YAML editors support best.</summary>
internal static class SettingsSchema
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="tree">The settings.</param>
    /// <param name="title">The schema's title.</param>
    public static string Write(SettingTree tree, string title)
    {
        JsonObject schema = new() { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = title };
        foreach ((string name, JsonNode? value) in Group(tree.Root, isElement: false))
        {
            schema[name] = value?.DeepClone();
        }

        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Schema(Setting setting)
    {
        JsonObject schema = setting switch
        {
            SettingGroup group => Group(group, isElement: false),
            ListSetting { Element: SettingGroup element } => new() { ["type"] = Types("array", "null"), ["items"] = Group(element, isElement: true) },
            ListSetting { Element: ValueSetting element } => new()
            {
                // A single value counts as a list of one element.
                ["anyOf"] = new JsonArray(new JsonObject { ["type"] = Types("array", "null"), ["items"] = Value(element) }, Value(element)),
            },
            _ => Value((ValueSetting)setting),
        };
        schema["description"] = setting.Description;
        if (setting is ValueSetting { Default: { } preset } value)
        {
            schema["default"] = value.IsNumber || value.IsSwitch ? JsonNode.Parse(preset) : preset;
        }

        return schema;
    }

    // A group or list whose settings are all commented out is empty in YAML, which reads as null.
    private static JsonObject Group(SettingGroup group, bool isElement)
    {
        JsonObject schema = new()
        {
            ["type"] = isElement ? "object" : Types("object", "null"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(group.Children.Select(static child => KeyValuePair.Create(child.Name, (JsonNode?)Schema(child)))),
        };
        if (isElement)
        {
            // Other groups have no required settings in the schema, because variables or flags may set what the file does not.
            schema["required"] = new JsonArray([.. group.Children.Where(static child => child.IsRequired).Select(static child => (JsonNode)child.Name)]);
        }

        return schema;
    }

    private static JsonObject Value(ValueSetting setting)
    {
        if (setting.IsNumber)
        {
            JsonObject number = new() { ["type"] = setting.Form.Type == "number" ? "number" : "integer" };
            NumberRange range = setting.Attribute.Range;
            Limit(number, "minimum", range.Min);
            Limit(number, "maximum", range.Max);
            Limit(number, "exclusiveMinimum", range.Above);
            Limit(number, "exclusiveMaximum", range.Below);
            return number;
        }

        if (setting.IsSwitch)
        {
            return new() { ["type"] = "boolean" };
        }

        JsonObject schema = new() { ["type"] = "string" };
        if (setting.Form.Words is { Count: > 0 } words)
        {
            schema["enum"] = new JsonArray([.. words.Select(static word => (JsonNode)word)]);
        }

        if (setting.Form.Pattern is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        return schema;
    }

    private static void Limit(JsonObject schema, string name, double bound)
    {
        if (double.IsFinite(bound))
        {
            schema[name] = bound == Math.Truncate(bound) ? JsonValue.Create((long)bound) : JsonValue.Create(bound);
        }
    }

    private static JsonArray Types(params string[] types) => new([.. types.Select(static type => (JsonNode)type)]);
}
