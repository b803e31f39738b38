namespace EsRefine.Evaluation.Measures;

/// <summary>
/// Judged@k: the share of the first k documents that have a grade of any value. A low value warns that a run holds many unjudged documents.
/// </summary>
/// <remarks>
/// The definition of ir-measures, applied to trec_eval's order. A list shorter than k is divided by its length. NaN for an empty list.
/// </remarks>
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
