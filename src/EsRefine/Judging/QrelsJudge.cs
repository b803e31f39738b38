using EsRefine.Evaluation;

namespace EsRefine.Judging;

/// <summary>Judges by the labels of a file: P is 1 at grade 1 or more, else 0, unlisted documents included. With noise, P is drawn around the label.</summary>
/// <param name="noise">How the judge errs, always in the same way; null = never.</param>
internal sealed class QrelsJudge(string name, Qrels qrels, QueryIds queryIds, LabelNoise? noise) : IRelevanceJudge
{
    public string Name => name;

    public Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ids = queryIds.Of(task.QueryText);
        for (int i = 0; i < task.Hits.Count; i++)
        {
            string document = task.Hits[i].Id;

            // Nobody listed the document: the noise belongs to the id that has judgments at all, which is the one a run is scored by.
            string query = ids.FirstOrDefault(id => qrels.TryGetTopic(id, out TopicJudgments? topic) && topic.Grade(document) is not null)
                ?? ids.FirstOrDefault(id => qrels.TryGetTopic(id, out _))
                ?? ids[0];
            bool relevant = qrels.IsRelevant(query, document);
            judgments.Write(i, Judgment.Of(noise?.Probability(query, document, relevant) ?? (relevant ? 1 : 0)));
        }

        return Task.CompletedTask;
    }
}
