using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>What a sampling search looks like, and where its reply holds texts and vectors: one type for each place where vectors are stored.</summary>
/// <remarks>What ranks the hits is an <see cref="ISampledClause"/>, for a script can rank passages as well as whole documents.</remarks>
internal interface ISampleShape
{
    /// <summary>Writes the members of the search that select hits, texts and vectors.</summary>
    void Write(Utf8JsonWriter json, SamplePlan plan, VectorReading reading);

    /// <summary>The text of a hit that is judged; empty where the hit holds none.</summary>
    string TextOf(JsonElement hit, SamplePlan plan);

    /// <summary>The JSON of a hit's vector; null where the hit holds none.</summary>
    JsonElement? VectorOf(JsonElement hit, SamplePlan plan, VectorReading reading);
}

/// <summary>Chooses the shape of a sample.</summary>
internal static class SampleShape
{
    /// <summary>The shape for a clause on a field.</summary>
    public static ISampleShape Of(KnnClause clause, FieldMapping mapping)
    {
        ISampledClause sampled = SampledClause.Of(clause, mapping);
        return mapping switch
        {
            { NestedPath: null } => new FlatSample(sampled),
            { NestedPath: { } path, SemanticField: { } field } => new ChunkSample(sampled, field, new(path)),
            { NestedPath: { } path } when sampled is ElasticsearchKnn knn && clause.NestedPath is null => new TopLevelPassageSample(knn, new(path)),
            { NestedPath: { } path } => new PassageSample(sampled, new(path)),
        };
    }
}
