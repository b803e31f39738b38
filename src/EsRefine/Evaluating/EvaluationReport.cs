using System.Text.Json;
using System.Text.Json.Serialization;

namespace EsRefine.Evaluating;

/// <summary>The outcome of an evaluation, as <c>--json</c> writes it.</summary>
internal sealed record EvaluationReport
{
    public required string Dataset { get; init; }

    public required string Split { get; init; }

    public required int Documents { get; init; }

    /// <summary>Queries scored.</summary>
    public required int Queries { get; init; }

    /// <summary>Queries of the split that were left out: <see cref="QueriesWithoutRelevant"/> and <see cref="QueriesNotRecorded"/>.</summary>
    public int SkippedQueries => QueriesWithoutRelevant + QueriesNotRecorded;

    /// <summary>Queries without a relevant document.</summary>
    public required int QueriesWithoutRelevant { get; init; }

    /// <summary>Queries with a sampled hit that the recording lacks.</summary>
    public required int QueriesNotRecorded { get; init; }

    public required string Engine { get; init; }

    public string? EngineVersion { get; init; }

    /// <summary>Hits a ranking holds at most; null = the whole pool. <c>map</c> is over what there is.</summary>
    public int? Depth { get; init; }

    public required string Model { get; init; }

    public required string Judge { get; init; }

    public required int Sample { get; init; }

    /// <summary>The number of judged pairs. Each pair counts once, no matter how many rules are compared.</summary>
    public required int Judgments { get; init; }

    /// <summary>Time spent running the queries, without embedding and loading.</summary>
    public required double Seconds { get; init; }

    public required IReadOnlyList<SystemReport> Systems { get; init; }

    /// <summary>Writes the file atomically.</summary>
    public void Write(string path)
    {
        string partial = path + ".partial";
        File.WriteAllText(partial, JsonSerializer.Serialize(this, EvaluationReportJson.Default.EvaluationReport) + "\n");
        File.Move(partial, path, overwrite: true);
    }
}

/// <summary>A system's means over the queries. The properties after the measures compare it with <c>knn</c> by average precision.</summary>
internal sealed record SystemReport
{
    public required string Name { get; init; }

    public required double Map { get; init; }

    [JsonPropertyName("map_cut_1000")]
    public required double MapCut1000 { get; init; }

    [JsonPropertyName("ndcg_cut_10")]
    public required double NdcgCut10 { get; init; }

    [JsonPropertyName("recall_100")]
    public required double Recall100 { get; init; }

    public double? DeltaMap { get; init; }

    /// <summary>The p-value of a paired two-sided t-test.</summary>
    public double? PValue { get; init; }

    public int? Win { get; init; }

    public int? Tie { get; init; }

    public int? Loss { get; init; }

    /// <summary>The number of queries whose vector was refined; the others had no signal.</summary>
    public int? Refined { get; init; }

    /// <summary>The mean angle between query vector and refined vector, in radians.</summary>
    public double? MeanAngle { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationReportJson : JsonSerializerContext;
