using System.Text.Json;

namespace EsRefine.Sampling;

/// <summary>Nested documents hold the vectors, and Elasticsearch finds them from a top-level <c>knn</c>: each hit is judged by its best passage.</summary>
/// <remarks><c>{"knn":{…,"filter":{own},"inner_hits":{passage}},"post_filter":{filters of hits},"_source":[texts beside]}</c></remarks>
internal sealed class TopLevelPassageSample(ElasticsearchKnn knn, BestPassage passage) : ISampleShape
{
    public void Write(Utf8JsonWriter json, SamplePlan plan, VectorReading reading)
    {
        knn.Write(json, plan, PreFilter.OfPassages(plan.Clause), innerHits: () => passage.WriteInnerHits(json, plan, reading));
        json.WritePostFilter(plan);
        json.WriteSource(plan.TextFields.Where(passage.IsBeside), plan.Mapping.Field, reading);
    }

    public string TextOf(JsonElement hit, SamplePlan plan) => passage.TextOf(hit, plan);

    public JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading) => passage.VectorOf(hit, plan, reading);
}
