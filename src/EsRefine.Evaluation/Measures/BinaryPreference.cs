namespace EsRefine.Evaluation.Measures;

/// <summary>
/// bpref: how rarely documents judged not relevant rank above relevant ones. Unjudged documents are ignored, so runs with unjudged documents are
/// compared fairly.
/// </summary>
/// <remarks>
/// With R documents judged relevant and N judged not relevant: (1/R) Σ over retrieved relevant documents of 1 − min(n, R) / min(N, R), where n is the
/// number of documents judged not relevant that rank above the document (Buckley and Voorhees 2004, as trec_eval computes it). Documents with negative
/// grades are ignored.
/// </remarks>
public sealed class BinaryPreference() : Measure("bpref")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments)
    {
        int relevant = judgments.RelevantCount;
        double sum = 0;
        int notRelevantAbove = 0;
        foreach (ScoredDocument document in list.AsSpan())
        {
            switch (judgments.Grade(document.DocumentId))
            {
                case 0:
                    notRelevantAbove++;
                    break;
                case >= TopicJudgments.LowestRelevantGrade when notRelevantAbove == 0:
                    sum++;
                    break;
                case >= TopicJudgments.LowestRelevantGrade:
                    sum += 1 - ((double)Math.Min(notRelevantAbove, relevant) / Math.Min(judgments.NotRelevantCount, relevant));
                    break;
            }
        }

        return relevant == 0 ? 0 : sum / relevant;
    }
}
