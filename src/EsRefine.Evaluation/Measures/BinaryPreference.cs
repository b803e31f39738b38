namespace EsRefine.Evaluation.Measures;

/// <summary>bpref: how seldom documents judged not relevant stand above relevant ones. Unjudged documents do not count, so it is fair to runs the judges did not see.</summary>
/// <remarks>
/// With R relevant and N not relevant documents judged: (1/R) Σ over retrieved relevant documents of 1 − min(n, R) / min(N, R), where n counts the documents judged not relevant
/// above it (Buckley and Voorhees 2004, in trec_eval's form). Negative grades are left out.
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
