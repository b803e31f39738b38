using System.Text.Json;
using EsRefine.Recognition;

namespace EsRefine.Sampling;

/// <summary>Nested documents hold the vectors, and the clause ranks them inside a <c>nested</c> query: each hit is judged by its best passage.</summary>
/// <remarks>
/// <c>{"query":{"nested":{"path":…,"score_mode":"max","query":{clause and filters of passages},"inner_hits":{passage}}},"post_filter":{filters of hits}}</c>
/// </remarks>
internal sealed class PassageSample(ISampledClause clause, BestPassage passage) : ISampleShape
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        json.WriteStartObject("query");
        json.WriteStartObject("nested");
        json.WriteString("path", passage.Path);
        json.WriteString("score_mode", "max");
        json.WriteStartObject("query");
        WriteFilteredClause(json, plan);
        json.WriteEndObject();
        passage.WriteInnerHits(json, plan, reading);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePostFilter(plan);
        json.WriteSource(plan.TextFields.Where(passage.IsBeside), plan.Mapping.Field, reading);
    }

    public string TextOf(JsonElement hit, SamplePlan plan) => passage.TextOf(hit, plan);

    public JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading) => passage.VectorOf(hit, plan, reading);

    private void WriteFilteredClause(Utf8JsonWriter json, SamplePlan plan)
    {
        PreFilter filter = PreFilter.OfPassages(plan.Clause);
        EnclosingFilter[] ofPassages = [.. plan.Clause.Filters.Where(static filter => filter is { IsOwn: false, NestedPath: not null })];
        if (ofPassages.Length == 0)
        {
            clause.Write(json, plan, filter);
            return;
        }

        json.WriteStartObject("bool");
        json.WriteStartArray("must");
        json.WriteStartObject();
        clause.Write(json, plan, filter);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteConditions(ofPassages);
        json.WriteEndObject();
    }
}
