namespace EsRefine.Evaluation.Measures;

/// <summary>The gain of a relevant document in <see cref="Ndcg"/>.</summary>
public enum Gain
{
    /// <summary>The grade, as in trec_eval.</summary>
    Linear,

    /// <summary>2^grade − 1, as in web search papers and gdeval.</summary>
    Exponential,
}

/// <summary>nDCG: the sum of gains discounted by 1 / log₂(rank + 1), divided by the same sum over the ideal ranking of all judged documents.</summary>
/// <remarks>Unjudged documents and grades below 1 have no gain. The list and the ideal ranking are cut off at the same rank.</remarks>
public sealed class Ndcg : Measure
{
    private readonly int? _cutoff;
    private readonly Gain _gain;

    /// <summary>
    /// nDCG over the whole list (<c>ndcg</c>), or over its first <paramref name="cutoff"/> documents (<c>ndcg_cut_10</c>, or <c>ndcg_exp_10</c> with
    /// exponential gain).
    /// </summary>
    public Ndcg(int? cutoff = null, Gain gain = Gain.Linear)
        : base(NameOf(cutoff, gain))
    {
        _cutoff = cutoff;
        _gain = gain;
    }

    /// <inheritdoc/>
    public override double Evaluate(RankedList list, TopicJudgments judgments)
    {
        ReadOnlySpan<ScoredDocument> documents = list.Top(_cutoff);
        double sum = 0;
        for (int i = 0; i < documents.Length; i++)
        {
            if (judgments.Grade(documents[i].DocumentId) is { } grade and >= TopicJudgments.LowestRelevantGrade)
            {
                sum += DiscountedGain(grade, i);
            }
        }

        return sum == 0 ? 0 : sum / Ideal(judgments.IdealGrades);
    }

    private double Ideal(ReadOnlySpan<int> grades)
    {
        double sum = 0;
        for (int i = 0; i < Math.Min(grades.Length, _cutoff ?? grades.Length); i++)
        {
            sum += DiscountedGain(grades[i], i);
        }

        return sum;
    }

    private double DiscountedGain(int grade, int index) => (_gain == Gain.Linear ? grade : Math.Pow(2, grade) - 1) / Math.Log2(index + 2);

    private static string NameOf(int? cutoff, Gain gain) => (cutoff, gain) switch
    {
        (null, Gain.Linear) => "ndcg",
        (null, _) => "ndcg_exp",
        ({ } k, Gain.Linear) => $"ndcg_cut_{Positive(k)}",
        ({ } k, _) => $"ndcg_exp_{Positive(k)}",
    };
}
