using EsRefine.Configuration;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>Replays recorded answers of a language model. Pairs that are not recorded, or were answered with neither yes nor no, get no judgment.</summary>
internal sealed class RecordedJudge : IRelevanceJudge
{
    private readonly Dictionary<(string Query, string Document), Judgment?> _judgments;
    private readonly QueryIds _queryIds;

    public RecordedJudge(string name, IReadOnlyList<RecordedJudgment> judgments, QueryIds queryIds)
    {
        Name = name;
        _judgments = judgments.ToDictionary(
            static judgment => (judgment.Query, judgment.Doc),
            static judgment => Judgment.FromMasses(judgment.Yes, judgment.No));
        _queryIds = queryIds;
    }

    public string Name { get; }

    /// <exception cref="ConfigurationException">A setting is missing, or a file cannot be read.</exception>
    public static RecordedJudge Create(JudgeSettings settings) => new(
        "recorded:" + Path.GetFileName(settings.File),
        JudgeFile.Read("file", settings.File, "JSON lines of recorded judgments", path => RecordedJudgmentFile.Read(path, settings.Set)),
        JudgeFile.ReadQueryIds(settings));

    public Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ids = _queryIds.Of(task.QueryText);
        for (int i = 0; i < task.Hits.Count; i++)
        {
            string document = task.Hits[i].Id;
            if (ids.Select(id => _judgments.GetValueOrDefault((id, document))).FirstOrDefault(static judgment => judgment is not null) is { } judgment)
            {
                judgments.Write(i, judgment);
            }
        }

        return Task.CompletedTask;
    }
}
