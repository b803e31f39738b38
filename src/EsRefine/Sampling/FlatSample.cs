using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>Each hit holds its vector. All filters of the search are pre-filters, so that nothing is sampled that can never be returned.</summary>
/// <remarks><c>{"knn":{…,"filter":{…}},"_source":[texts],"docvalue_fields":[vector]}</c>; OpenSearch and scripts have the clause in <c>query</c>.</remarks>
internal sealed class FlatSample(ISampledClause clause) : ISampleShape
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        PreFilter filter = PreFilter.OfHits(plan.Clause);
        if (clause is ElasticsearchKnn)
        {
            clause.Write(json, plan, filter);
        }
        else
        {
            json.WriteStartObject("query");
            clause.Write(json, plan, filter);
            json.WriteEndObject();
        }

        json.WriteSource(plan.TextFields, plan.Mapping.Field, reading);
        json.WriteReading(plan.Mapping, reading);
    }

    public string TextOf(JsonElement hit, SamplePlan plan)
    {
        List<string> strings = [];
        if (hit.TryGetProperty("_source", out JsonElement source))
        {
            foreach (string field in plan.TextFields)
            {
                SourcePath.CollectStrings(source, field, strings);
            }
        }

        return string.Join('\n', strings);
    }

    public JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading) =>
        reading == VectorReading.Source
            ? hit.TryGetProperty("_source", out JsonElement source) ? SourcePath.Find(source, plan.Mapping.Field) : null
            : hit.TryGetProperty("fields", out JsonElement fields) && fields.TryGetProperty(plan.Mapping.Field, out JsonElement vector) ? vector : null;
}
