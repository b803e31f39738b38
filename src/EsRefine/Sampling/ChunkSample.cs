using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>A <c>semantic_text</c> field: Elasticsearch stores a vector for each chunk of the text, in nested documents of its own.</summary>
/// <remarks>
/// <c>{"query":{"nested":{"path":"st.inference.chunks",…,"ignore_unmapped":true,"query":{clause},"inner_hits":{chunk}}},"post_filter":{filters of hits},
/// "highlight":{"fields":{"st":{"type":"semantic",…}}}}</c>
/// </remarks>
/// <param name="clause">What ranks the chunks.</param>
/// <param name="field">The <c>semantic_text</c> field.</param>
/// <param name="chunk">The best chunk of a hit.</param>
internal sealed class ChunkSample(ISampledClause clause, string field, BestPassage chunk) : ISampleShape
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        json.WriteStartObject("query");
        json.WriteStartObject("nested");
        json.WriteString("path", chunk.Path);
        json.WriteString("score_mode", "max");
        json.WriteBoolean("ignore_unmapped", true);   // as a clause on the semantic_text field itself does
        json.WriteStartObject("query");
        clause.Write(json, plan, PreFilter.OfPassages(plan.Clause));
        json.WriteEndObject();
        chunk.WriteInnerHits(json, plan, reading);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePostFilter(plan);
        json.WriteSource(plan.TextFields.Where(name => name != field && chunk.IsBeside(name)), plan.Mapping.Field, reading);
        if (plan.TextFields.Contains(field))
        {
            WriteHighlight(json);
        }
    }

    public string TextOf(JsonElement hit, SamplePlan plan)
    {
        List<string> strings = [];
        foreach (string name in plan.TextFields)
        {
            if (name != field)
            {
                chunk.CollectText(hit, name, strings);
            }
            else if (hit.TryGetProperty("highlight", out JsonElement highlight))
            {
                SourcePath.CollectStrings(highlight, name, strings);
            }
        }

        return string.Join('\n', strings);
    }

    public JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading) => chunk.VectorOf(hit, plan, reading);

    // Only the engine can cut out the text of the best chunk: chunks are stored as offsets into the text, or into those copied to it.
    private void WriteHighlight(Utf8JsonWriter json)
    {
        json.WriteStartObject("highlight");
        json.WriteStartObject("fields");
        json.WriteStartObject(field);
        json.WriteString("type", "semantic");
        json.WriteNumber("number_of_fragments", 1);
        json.WriteString("order", "score");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
