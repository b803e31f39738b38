using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Evaluating;

/// <summary>The settings of an evaluation.</summary>
internal sealed record EvaluationSettings
{
    /// <summary>A folder in BEIR's layout.</summary>
    public required string Data { get; init; }

    public required string Split { get; init; }

    /// <summary>The cluster to search; null = exact: every query is compared with every document of its pool.</summary>
    public ClusterSettings? Cluster { get; init; }

    /// <summary>A model folder; null = all-MiniLM-L6-v2.</summary>
    public string? Model { get; init; }

    public required JudgeSettings Judge { get; init; }

    /// <summary>A sentence that tells the judge what relevance means in this set; null = the judge's general question.</summary>
    public string? Task { get; init; }

    public required IReadOnlyList<IRefinementRule> Rules { get; init; }

    /// <summary>Hits judged per query.</summary>
    public required int Sample { get; init; }

    /// <summary>How many queries at most, in file order; null = all.</summary>
    public int? Queries { get; init; }

    /// <summary>The file for the figures; null = they are only printed.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Folder for runs, qrels and judgments; null = none are written.</summary>
    public string? RunsFolder { get; init; }
}

/// <summary>A cluster to evaluate through.</summary>
/// <param name="Dialect">Which product it is.</param>
/// <param name="Url">A node's URL. It may contain a user name and a password.</param>
/// <param name="IndexType">Elasticsearch's <c>index_options.type</c>; OpenSearch's index is always Lucene's HNSW.</param>
/// <param name="Deadline">Time for refining one query. Much longer than an application would wait, because an evaluation needs every judgment.</param>
/// <param name="Drop">Whether to delete the index afterward.</param>
internal sealed record ClusterSettings(EngineDialect Dialect, Uri Url, string IndexType, TimeSpan Deadline, bool Drop);
