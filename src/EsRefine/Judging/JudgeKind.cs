using EsRefine.Configuration;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>A kind of judge, with everything that other parts of the process need to know about it.</summary>
/// <param name="Name">The value of <c>judge.kind</c>.</param>
/// <param name="Description">A noun phrase.</param>
internal sealed record JudgeKind(string Name, string Description) : SettingsKind(Name, Description)
{
    /// <summary>Where its judgments come from.</summary>
    public required JudgmentSource Source { get; init; }

    /// <summary>
    /// Whether a circuit breaker (<see cref="JudgeBreaker"/>) stops it for a while after consecutive failures. True for a judge that can be unreachable.
    /// False for a file, which may lack one query and hold the next.
    /// </summary>
    public bool HasBreaker { get; init; }

    /// <summary>A short description of the judge for the start-up report. Called with checked settings.</summary>
    public required Func<JudgeSettings, string> Describe { get; init; }

    /// <summary>Creates the judge. Throws a <see cref="ConfigurationException"/> that names the invalid setting.</summary>
    public required Func<JudgeSettings, TimeProvider, ILoggerFactory, IRelevanceJudge> Create { get; init; }

    /// <summary>The settings completed with the files of an evaluation set. By default they stay as they are.</summary>
    public Func<JudgeSettings, LabeledSet, JudgeSettings> ForSet { get; init; } = static (settings, _) => settings;
}

/// <summary>Where judgments come from.</summary>
internal enum JudgmentSource
{
    /// <summary>Each search is judged anew.</summary>
    Live,

    /// <summary>Labels, which cover every document.</summary>
    Labels,

    /// <summary>A recording, which may lack some judgments.</summary>
    Recording,
}

/// <summary>The files of an evaluation set in BEIR's layout that judges read.</summary>
/// <param name="Folder">The folder with <c>corpus.jsonl</c>, <c>queries.jsonl</c> and <c>qrels/SPLIT.tsv</c>, each optionally compressed as <c>.gz</c>.</param>
/// <param name="Split">The name of the qrels file: <c>test</c>.</param>
internal sealed record LabeledSet(string Folder, string Split)
{
    public string QueriesFile => PlainOrPacked(Path.Combine(Folder, "queries.jsonl"));

    public string QrelsFile => PlainOrPacked(Path.Combine(Folder, "qrels", Split + ".tsv"));

    /// <exception cref="EvaluationFileException">The folder cannot be read.</exception>
    public string Name => BeirSet.Open(Folder).Name;

    private static string PlainOrPacked(string path) => File.Exists(path) ? path : path + ".gz";
}
