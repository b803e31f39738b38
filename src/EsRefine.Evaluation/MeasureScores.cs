using EsRefine.Evaluation.Measures;

namespace EsRefine.Evaluation;

/// <summary>A measure's value for each query of a run, and its two means.</summary>
public sealed class MeasureScores
{
    private MeasureScores(Measure measure, IReadOnlyDictionary<string, double> perQuery, int judgedQueries)
    {
        // An undefined value (NaN, such as Judged@k of an empty list) counts as 0, as for any query without results.
        double sum = perQuery.Values.Sum(static value => double.IsNaN(value) ? 0 : value);
        Measure = measure;
        PerQuery = perQuery;
        Mean = sum / perQuery.Count;
        CompleteMean = sum / judgedQueries;
    }

    /// <summary>The measure.</summary>
    public Measure Measure { get; }

    /// <summary>The value of every query that is in both the qrels and the run.</summary>
    public IReadOnlyDictionary<string, double> PerQuery { get; }

    /// <summary>Mean over the queries in both the qrels and the run (trec_eval without <c>-c</c>); NaN if there are none.</summary>
    public double Mean { get; }

    /// <summary>Mean over all queries of the qrels (trec_eval <c>-c</c>). Queries missing from the run count as 0. NaN if there are none.</summary>
    public double CompleteMean { get; }

    /// <summary>Measures a run. Queries that are not in the qrels are ignored.</summary>
    public static MeasureScores Of(Measure measure, Run run, Qrels qrels)
    {
        Dictionary<string, double> perQuery = new(StringComparer.Ordinal);
        foreach (TopicJudgments topic in qrels.Topics)
        {
            if (run.TryGetList(topic.QueryId, out RankedList? list))
            {
                perQuery.Add(topic.QueryId, measure.Evaluate(list, topic));
            }
        }

        return new(measure, perQuery, qrels.Topics.Count);
    }
}
