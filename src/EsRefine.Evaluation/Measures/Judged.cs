namespace EsRefine.Evaluation.Measures;

/// <summary>Judged@k: the share of the first k documents that have a grade, whichever it is. Low values warn that a run holds what the judges never saw.</summary>
/// <remarks>ir-measures' definition on trec_eval's order. A list shorter than k is divided by its length; for an empty list the value is NaN.</remarks>
/// <param name="cutoff">k.</param>
public sealed class Judged(int cutoff) : Measure($"judged_{Positive(cutoff)}")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments)
    {
        ReadOnlySpan<ScoredDocument> documents = list.Top(cutoff);
        int judged = 0;
        foreach (ScoredDocument document in documents)
        {
            judged += judgments.Grade(document.DocumentId) is null ? 0 : 1;
        }

        return documents.IsEmpty ? double.NaN : (double)judged / documents.Length;
    }
}
