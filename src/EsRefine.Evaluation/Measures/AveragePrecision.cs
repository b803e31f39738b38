namespace EsRefine.Evaluation.Measures;

/// <summary>AP: the precision at the rank of each relevant document, averaged over all relevant documents, retrieved or not. Its mean over queries is MAP.</summary>
public sealed class AveragePrecision : Measure
{
    private readonly int? _cutoff;

    /// <summary>AP over the whole list (<c>map</c>), or over its first <paramref name="cutoff"/> documents (<c>map_cut_1000</c>).</summary>
    public AveragePrecision(int? cutoff = null)
        : base(cutoff is { } k ? $"map_cut_{Positive(k)}" : "map")
    {
        _cutoff = cutoff;
    }

    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments)
    {
        ReadOnlySpan<ScoredDocument> documents = list.Top(_cutoff);
        double sum = 0;
        int relevant = 0;
        for (int i = 0; i < documents.Length; i++)
        {
            if (judgments.IsRelevant(documents[i].DocumentId))
            {
                sum += (double)++relevant / (i + 1);
            }
        }

        return relevant == 0 ? 0 : sum / judgments.RelevantCount;
    }
}
