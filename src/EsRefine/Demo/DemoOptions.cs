using EsRefine.Judging;

namespace EsRefine.Demo;

/// <summary>The options of the demo.</summary>
internal sealed record DemoOptions
{
    /// <summary>A real Elasticsearch; null with <see cref="OpenSearch"/> null too: the embedded index.</summary>
    public Uri? Elasticsearch { get; init; }

    /// <summary>A real OpenSearch.</summary>
    public Uri? OpenSearch { get; init; }

    /// <summary>The index that is created and, in the end, deleted.</summary>
    public string Index { get; init; } = "esrefine-demo";

    /// <summary>Leaves the index in the cluster.</summary>
    public bool Keep { get; init; }

    /// <summary>A model folder; null = all-MiniLM-L6-v2.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>A language model as judge; null = the recorded judgments.</summary>
    public JudgeSettings? LanguageModel { get; init; }

    public string Rule { get; init; } = "rocchio@0.3";

    /// <summary>Hits judged per search.</summary>
    public int Sample { get; init; } = 20;

    /// <summary>Id or text of the question whose rankings are shown; null = a question of the set.</summary>
    public string? Query { get; init; }

    /// <summary>Ends after the report.</summary>
    public bool Once { get; init; }

    /// <summary>Prints one JSON object in place of the report, and ends.</summary>
    public bool Json { get; init; }

    /// <summary>Whether the demo ends after its report instead of waiting for Ctrl-C.</summary>
    public bool Ends => Once || Json;
}
