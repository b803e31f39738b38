using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Evaluation.Measures;

namespace EsRefine.Demo;

/// <summary>One question, asked twice with the same bytes: at the cluster and at the sidecar.</summary>
/// <param name="Question">The question; its id is empty if the user wrote it.</param>
/// <param name="Judgments">The graded pages; null if the question has no judgments.</param>
/// <param name="Before">The ranking of the cluster alone.</param>
/// <param name="After">The ranking through the sidecar.</param>
internal sealed record QuestionResult(BeirQuery Question, TopicJudgments? Judgments, DemoReply Before, DemoReply After)
{
    /// <summary>Grade of a page: 0 where it is not listed, null where nothing is graded.</summary>
    public int? Grade(string page) => Judgments is null ? null : Judgments.Grade(page) ?? 0;

    public (double Before, double After)? Measure(Measure measure) =>
        Judgments is null ? null : (measure.Evaluate(Before.Ranking, Judgments), measure.Evaluate(After.Ranking, Judgments));
}
