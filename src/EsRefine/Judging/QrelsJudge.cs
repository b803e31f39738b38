using EsRefine.Configuration;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>
/// Judges by the labels of a file. P is 1 for grade 1 or more, and 0 for others and for unlisted documents. With noise, P is drawn around the label.
/// </summary>
/// <param name="noise">Reproducible errors added to the labels; null = none.</param>
internal sealed class QrelsJudge(string name, Qrels qrels, QueryIds queryIds, LabelNoise? noise) : IRelevanceJudge
{
    public string Name => name;

    /// <exception cref="ConfigurationException">A setting is missing or invalid, or a file cannot be read.</exception>
    public static QrelsJudge Create(JudgeSettings settings)
    {
        (string name, LabelNoise? noise) = settings.Noise switch
        {
            "none" => ("qrels", null),
            "llm" => ("llm-noise", LabelNoise.Llm),
            "weak" => ("weak-noise", LabelNoise.Weak),
            _ => throw new ConfigurationException($"judge.noise is '{settings.Noise}'; expected none, llm or weak"),
        };
        return new(name, JudgeFile.Read("file", settings.File, "a TREC or BEIR qrels file", QrelsFile.Read), JudgeFile.ReadQueryIds(settings), noise);
    }

    public Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ids = queryIds.Of(task.QueryText);
        for (int i = 0; i < task.Hits.Count; i++)
        {
            string document = task.Hits[i].Id;

            // The document is unlisted. The noise is drawn for the query id that has judgments, which is the one a run is scored with.
            string query = ids.FirstOrDefault(id => qrels.TryGetTopic(id, out TopicJudgments? topic) && topic.Grade(document) is not null)
                ?? ids.FirstOrDefault(id => qrels.TryGetTopic(id, out _))
                ?? ids[0];
            bool relevant = qrels.IsRelevant(query, document);
            judgments.Write(i, Judgment.Of(noise?.Probability(query, document, relevant) ?? (relevant ? 1 : 0)));
        }

        return Task.CompletedTask;
    }
}
