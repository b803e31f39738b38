using EsRefine.Configuration;

namespace EsRefine.Judging;

/// <summary>
/// The kinds of judges, one row each. Configuration, <c>--judge</c>, help, checks, the start-up report, <c>esrefine eval</c> and the documentation are derived
/// from the row. To add a kind, write its judge and add a row.
/// </summary>
internal static class RelevanceJudges
{
    public static IReadOnlyList<JudgeKind> Kinds { get; } =
    [
        new("chat", "a language model behind an OpenAI-compatible API")
        {
            Needs = [nameof(JudgeSettings.Url), nameof(JudgeSettings.Model)],
            Takes = [nameof(JudgeSettings.ApiKeyEnv), nameof(JudgeSettings.Concurrency), nameof(JudgeSettings.TopLogprobs)],
            Source = JudgmentSource.Live,
            HasBreaker = true,
            Describe = static judge => $"{judge.Model} at {judge.Url!.GetLeftPart(UriPartial.Path)}",
            Create = static (judge, timeProvider, loggers) => new ChatJudge(judge, timeProvider, loggers.CreateLogger<ChatJudge>()),
        },
        new("qrels", "labels from a file, for evaluation and tests")
        {
            Needs = [nameof(JudgeSettings.File), nameof(JudgeSettings.Queries)],
            Takes = [nameof(JudgeSettings.Noise)],
            Words =
            [
                new("qrels", (nameof(JudgeSettings.Noise), "none")),
                new("llm-noise", (nameof(JudgeSettings.Noise), "llm")),
                new("weak-noise", (nameof(JudgeSettings.Noise), "weak")),
            ],
            Source = JudgmentSource.Labels,
            Describe = static judge => $"labels of {judge.File}" + (judge.Noise == "none" ? "" : $" with {judge.Noise} noise"),
            Create = static (judge, _, _) => QrelsJudge.Create(judge),
            ForSet = static (judge, set) => judge with { File = set.QrelsFile, Queries = set.QueriesFile },
        },
        new("recorded", "a model's earlier answers, replayed from a file")
        {
            Needs = [nameof(JudgeSettings.File), nameof(JudgeSettings.Queries)],
            Takes = [nameof(JudgeSettings.Set)],
            Words = [new("recorded") { Argument = nameof(JudgeSettings.File) }],
            Source = JudgmentSource.Recording,
            Describe = static judge => $"recorded answers in {judge.File}",
            Create = static (judge, _, _) => RecordedJudge.Create(judge),
            ForSet = static (judge, set) => judge with { Queries = set.QueriesFile, Set = set.Name },
        },
    ];

    /// <summary>The kind used if only a URL is set.</summary>
    public const string KindOfUrl = "chat";

    /// <summary>The kind of that name; null if there is none.</summary>
    public static JudgeKind? Find(string? kind) => Kinds.FirstOrDefault(row => row.Name == kind);

    /// <summary>Creates the judge that the settings describe. It may hold connections: dispose it if it is disposable.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or invalid, or a file of the judge cannot be read.</exception>
    public static IRelevanceJudge Create(JudgeSettings settings, TimeProvider timeProvider, ILoggerFactory loggers) =>
        KindOf(settings).Create(settings, timeProvider, loggers);

    /// <summary>Creates the judge for a running sidecar, behind a circuit breaker if its kind has one.</summary>
    /// <exception cref="ConfigurationException">As <see cref="Create"/>.</exception>
    public static IRelevanceJudge CreateGuarded(JudgeSettings settings, TimeProvider timeProvider, ILoggerFactory loggers)
    {
        IRelevanceJudge judge = Create(settings, timeProvider, loggers);
        return KindOf(settings).HasBreaker ? new JudgeBreaker(judge, timeProvider, loggers.CreateLogger<JudgeBreaker>()) : judge;
    }

    private static JudgeKind KindOf(JudgeSettings settings) => Find(settings.Kind) ?? throw new ConfigurationException(
        $"judge.kind is '{settings.Kind}'; expected {Form.Choice([.. Kinds.Select(static kind => kind.Name)])}");
}
