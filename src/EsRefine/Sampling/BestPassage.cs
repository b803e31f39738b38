using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>The nested document that gives a hit its rank: its text is judged, and its vector is learned from.</summary>
/// <remarks>A mean over all passages of the hit would include passages that the judge has not read.</remarks>
/// <param name="Path">Path of the nested documents.</param>
internal readonly record struct BestPassage(string Path)
{
    /// <summary>Whether a field belongs to the hit rather than to its passages.</summary>
    public bool IsBeside(string field) => !IsOfPassage(field);

    /// <summary>Writes <c>inner_hits</c> that return the passage with its texts, and with its vector where it can be read from there.</summary>
    public void WriteInnerHits(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        json.WriteStartObject("inner_hits");
        json.WriteNumber("size", 1);
        json.WriteSource(plan.TextFields.Where(IsOfPassage));
        json.WriteReading(plan.Mapping, reading);
        json.WriteEndObject();
    }

    /// <summary>The texts of the hit and of its best passage, joined by line feeds.</summary>
    public string TextOf(JsonElement hit, SamplePlan plan)
    {
        List<string> strings = [];
        foreach (string field in plan.TextFields)
        {
            CollectText(hit, field, strings);
        }

        return string.Join('\n', strings);
    }

    /// <summary>Adds the strings of one field.</summary>
    public void CollectText(JsonElement hit, string field, List<string> strings)
    {
        // The _source of a passage begins at the passage.
        bool isOfPassage = IsOfPassage(field);
        if ((isOfPassage ? In(hit) : hit).TryGetProperty("_source", out JsonElement source))
        {
            SourcePath.CollectStrings(source, isOfPassage ? field.AsSpan(Path.Length + 1) : field, strings);
        }
    }

    /// <summary>The JSON of the passage's vector; null where there is none.</summary>
    // OpenSearch returns a passage's own _source with a vector of one number (derived source), so passages' vectors are read from the _source of the hit.
    public JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading)
    {
        string field = plan.Mapping.Field;
        JsonElement passage = In(hit);
        return reading == VectorReading.Source
            ? hit.TryGetProperty("_source", out JsonElement source) ? FindVector(source, field, passage) : null
            : passage.TryGetProperty("fields", out JsonElement fields) && fields.TryGetProperty(field, out JsonElement vector) ? vector : null;
    }

    private bool IsOfPassage(string field) =>
        field.Length > Path.Length && field[Path.Length] == '.' && field.StartsWith(Path, StringComparison.Ordinal);

    /// <summary>The first inner hit; the hit itself where it has none.</summary>
    private JsonElement In(JsonElement hit) =>
        hit.TryGetProperty("inner_hits", out JsonElement innerHits) && innerHits.TryGetProperty(Path, out JsonElement inner)
        && SampleSearch.TryGetHits(inner, out JsonElement passages) && passages.GetArrayLength() > 0
            ? passages[0]
            : hit;

    /// <summary>The passage's vector in the hit's whole <c>_source</c>, found by the passage's place in each list of nested documents.</summary>
    private static JsonElement? FindVector(JsonElement source, ReadOnlySpan<char> field, JsonElement passage)
    {
        JsonElement? place = source;
        for (JsonElement nested = passage; place is { } outer && nested.TryGetProperty("_nested", out nested);)
        {
            string path = nested.GetProperty("field").GetString()!;
            int offset = nested.GetProperty("offset").GetInt32();
            place = SourcePath.Find(outer, path) switch
            {
                { ValueKind: JsonValueKind.Array } list when offset < list.GetArrayLength() => list[offset],
                { ValueKind: JsonValueKind.Object } only when offset == 0 => only,
                _ => null,
            };
            field = field.Length > path.Length ? field[(path.Length + 1)..] : field;
        }

        return place is { } holder ? SourcePath.Find(holder, field) : null;
    }
}
