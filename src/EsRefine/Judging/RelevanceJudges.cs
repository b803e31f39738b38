using EsRefine.Configuration;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>The judges there are, by the kind a configuration names.</summary>
internal static class RelevanceJudges
{
    /// <summary>The judge the settings describe. A <c>chat</c> judge holds connections: dispose it where the kind leaves it open.</summary>
    /// <exception cref="ConfigurationException">A setting is missing, unknown or cannot work, or a file the judge needs cannot be read.</exception>
    public static IRelevanceJudge Create(JudgeSettings settings, TimeProvider timeProvider, ILoggerFactory loggerFactory) => settings.Kind switch
    {
        "chat" => new ChatJudge(settings, timeProvider, loggerFactory.CreateLogger<ChatJudge>()),
        "qrels" => CreateQrelsJudge(settings),
        "recorded" => new RecordedJudge(
            "recorded:" + Path.GetFileName(settings.File),
            Read("file", settings.File, "JSON lines of recorded judgments", path => RecordedJudgmentFile.Read(path, settings.Set)),
            ReadQueryIds(settings)),
        _ => throw new ConfigurationException($"judge.kind is '{settings.Kind}'; there are chat, qrels and recorded"),
    };

    private static QrelsJudge CreateQrelsJudge(JudgeSettings settings)
    {
        (string name, LabelNoise? noise) = settings.Noise switch
        {
            "none" => ("qrels", null),
            "llm" => ("llm-noise", LabelNoise.Llm),
            "weak" => ("weak-noise", LabelNoise.Weak),
            _ => throw new ConfigurationException($"judge.noise is '{settings.Noise}'; there are none, llm and weak"),
        };
        return new(name, Read("file", settings.File, "a TREC or BEIR qrels file", QrelsFile.Read), ReadQueryIds(settings), noise);
    }

    private static QueryIds ReadQueryIds(JudgeSettings settings) =>
        Read("queries", settings.Queries, "the BEIR queries.jsonl that tells a query's id by its text", static path => new QueryIds(path));

    private static T Read<T>(string setting, string? path, string content, Func<string, T> read)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new ConfigurationException($"judge.{setting} is missing: name {content}");
        }

        try
        {
            return read(path);
        }
        catch (EvaluationFileException exception)
        {
            throw new ConfigurationException($"judge.{setting}: {exception.Message}", exception);
        }
    }
}
