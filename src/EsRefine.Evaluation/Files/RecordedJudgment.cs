using System.Text.Json.Serialization;

namespace EsRefine.Evaluation.Files;

/// <summary>A language model's recorded judgment of a query and a document.</summary>
/// <param name="Set">The evaluation set the ids belong to.</param>
/// <param name="Query">The query's id.</param>
/// <param name="Doc">The document's id.</param>
/// <param name="Yes">Probability mass of the answers that read yes.</param>
/// <param name="No">Probability mass of the answers that read no.</param>
public sealed record RecordedJudgment(
    [property: JsonRequired] string Set,
    [property: JsonRequired] string Query,
    [property: JsonRequired] string Doc,
    [property: JsonRequired] double Yes,
    [property: JsonRequired] double No);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RecordedJudgment))]
internal sealed partial class RecordedJudgmentJson : JsonSerializerContext;
