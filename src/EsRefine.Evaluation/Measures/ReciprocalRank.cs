namespace EsRefine.Evaluation.Measures;

/// <summary>RR: 1 / rank of the first relevant document, 0 if none was retrieved. Its mean over queries is MRR.</summary>
public sealed class ReciprocalRank() : Measure("recip_rank")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (judgments.IsRelevant(list[i].DocumentId))
            {
                return 1.0 / (i + 1);
            }
        }

        return 0;
    }
}
