using EsRefine.Configuration;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>A kind of judge: all that other parts of the process know about it.</summary>
/// <param name="Name">As <c>judge.kind</c> names it.</param>
/// <param name="Description">What it is, as the end of a sentence.</param>
internal sealed record JudgeKind(string Name, string Description) : SettingsKind(Name, Description)
{
    /// <summary>Where its judgments come from.</summary>
    public required JudgmentSource Source { get; init; }

    /// <summary>
    /// Whether searches that fail in a row stop it for a while (<see cref="JudgeBreaker"/>): true for a judge that can be down, false for a file, which may
    /// lack one query and hold the next.
    /// </summary>
    public bool HasBreaker { get; init; }

    /// <summary>The judge in a few words, for the start-up report. Called with checked settings.</summary>
    public required Func<JudgeSettings, string> Describe { get; init; }

    /// <summary>Makes the judge; throws a <see cref="ConfigurationException"/> that names the setting at fault.</summary>
    public required Func<JudgeSettings, TimeProvider, ILoggerFactory, IRelevanceJudge> Create { get; init; }

    /// <summary>The settings with what an evaluation set supplies. By default nothing.</summary>
    public Func<JudgeSettings, LabeledSet, JudgeSettings> ForSet { get; init; } = static (settings, _) => settings;
}

/// <summary>Where judgments come from.</summary>
internal enum JudgmentSource
{
    /// <summary>They are made during the search, and again when it is repeated.</summary>
    Live,

    /// <summary>Labels that cover every document.</summary>
    Labels,

    /// <summary>A recording, which may lack some.</summary>
    Recording,
}

/// <summary>An evaluation set in BEIR's layout, as far as judges read it.</summary>
/// <param name="Folder">Holds <c>corpus.jsonl</c>, <c>queries.jsonl</c> and <c>qrels/SPLIT.tsv</c>, each perhaps packed as <c>.gz</c>.</param>
/// <param name="Split">Which qrels.</param>
internal sealed record LabeledSet(string Folder, string Split)
{
    public string QueriesFile => PlainOrPacked(Path.Combine(Folder, "queries.jsonl"));

    public string QrelsFile => PlainOrPacked(Path.Combine(Folder, "qrels", Split + ".tsv"));

    /// <exception cref="EvaluationFileException">The folder cannot be read.</exception>
    public string Name => BeirSet.Open(Folder).Name;

    private static string PlainOrPacked(string path) => File.Exists(path) ? path : path + ".gz";
}
