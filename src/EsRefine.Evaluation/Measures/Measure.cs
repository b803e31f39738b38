namespace EsRefine.Evaluation.Measures;

/// <summary>Scores how well one ranked list answers one query, as trec_eval defines it. A document is relevant if its grade is at least 1.</summary>
public abstract class Measure
{
    private protected Measure(string name)
    {
        Name = name;
    }

    /// <summary>trec_eval's name: <c>map</c>, <c>ndcg_cut_10</c>, <c>recall_100</c>.</summary>
    public string Name { get; }

    /// <summary>Measures one list against the judgments of its query.</summary>
    /// <returns>In [0, 1]; 0 if the query has no relevant document; NaN if the measure is not defined for the list.</returns>
    public abstract double Evaluate(RankedList list, TopicJudgments judgments);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Returns the cutoff, or throws if it is below 1.</summary>
    private protected static int Positive(int cutoff)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cutoff);
        return cutoff;
    }

    /// <summary>Counts the relevant documents among the given ones.</summary>
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
