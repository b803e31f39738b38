using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Evaluating;

/// <summary>What an evaluation was asked to do.</summary>
internal sealed record EvaluationSettings
{
    /// <summary>A folder in BEIR's layout.</summary>
    public required string Data { get; init; }

    public required string Split { get; init; }

    /// <summary>The cluster to search; null = exact: every query is compared with every document of its pool.</summary>
    public ClusterSettings? Cluster { get; init; }

    /// <summary>A model folder; null = all-MiniLM-L6-v2 out of its NuGet package.</summary>
    public string? Model { get; init; }

    public required JudgeSettings Judge { get; init; }

    /// <summary>What relevance means in this set, in a sentence for the judge; null = its general wording.</summary>
    public string? Task { get; init; }

    public required IReadOnlyList<IRefinementRule> Rules { get; init; }

    /// <summary>Hits judged per query.</summary>
    public required int Sample { get; init; }

    /// <summary>How many queries at most, in file order; null = all.</summary>
    public int? Queries { get; init; }

    /// <summary>Takes the figures; null = they are only shown.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Folder for runs, qrels and judgments; null = none are written.</summary>
    public string? RunsFolder { get; init; }
}

/// <summary>A cluster to evaluate through.</summary>
/// <param name="Dialect">Which product it is.</param>
/// <param name="Url">A node; user name and password may stand in it.</param>
/// <param name="IndexType">Elasticsearch's <c>index_options.type</c>; OpenSearch's index is always Lucene's HNSW.</param>
/// <param name="Deadline">Time for refining one query. Far longer than an application would wait: an evaluation wants every judgment.</param>
/// <param name="Drop">Delete the index afterwards.</param>
internal sealed record ClusterSettings(EngineDialect Dialect, Uri Url, string IndexType, TimeSpan Deadline, bool Drop);
