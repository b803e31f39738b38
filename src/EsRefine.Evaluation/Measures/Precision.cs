namespace EsRefine.Evaluation.Measures;

/// <summary>P@k: the number of relevant documents among the first k, divided by k even if the list is shorter.</summary>
/// <param name="cutoff">k.</param>
public sealed class Precision(int cutoff) : Measure($"P_{Positive(cutoff)}")
{
    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments) => (double)CountRelevant(list.Top(cutoff), judgments) / cutoff;
}
