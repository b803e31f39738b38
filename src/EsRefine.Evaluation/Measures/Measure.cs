namespace EsRefine.Evaluation.Measures;

/// <summary>A number for how well one ranked list answers one query; defined as trec_eval defines it, with relevant meaning grade ≥ 1.</summary>
public abstract class Measure
{
    private protected Measure(string name)
    {
        Name = name;
    }

    /// <summary>trec_eval's name: <c>map</c>, <c>ndcg_cut_10</c>, <c>recall_100</c>.</summary>
    public string Name { get; }

    /// <summary>Measures one list against the judgments of its query.</summary>
    /// <returns>In [0, 1], 0 where the query has no relevant document; NaN where the measure says it is not defined.</returns>
    public abstract double Evaluate(RankedList list, TopicJudgments judgments);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Refuses a cutoff below 1.</summary>
    private protected static int Positive(int cutoff)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cutoff);
        return cutoff;
    }

    /// <summary>Relevant documents among the given ones.</summary>
    private protected static int CountRelevant(ReadOnlySpan<ScoredDocument> documents, TopicJudgments judgments)
    {
        int relevant = 0;
        foreach (ScoredDocument document in documents)
        {
            relevant += judgments.IsRelevant(document.DocumentId) ? 1 : 0;
        }

        return relevant;
    }
}
