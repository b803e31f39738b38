namespace EsRefine.Evaluation.Measures;

/// <summary>Recall@k: the share of the relevant documents that are among the first k.</summary>
/// <param name="cutoff">k.</param>
public sealed class Recall(int cutoff) : Measure($"recall_{Positive(cutoff)}")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments) =>
        judgments.RelevantCount == 0 ? 0 : (double)CountRelevant(list.Top(cutoff), judgments) / judgments.RelevantCount;
}
