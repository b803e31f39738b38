using EsRefine.Evaluation.Measures;

namespace EsRefine.Evaluation;

/// <summary>A measure's value for each query of a run, and the two means that are in use.</summary>
public sealed class MeasureScores
{
    private MeasureScores(Measure measure, IReadOnlyDictionary<string, double> perQuery, int judgedQueries)
    {
        // A value that is not defined (NaN: Judged@k of an empty list) counts 0, like any query that found nothing.
        double sum = perQuery.Values.Sum(static value => double.IsNaN(value) ? 0 : value);
        Measure = measure;
        PerQuery = perQuery;
        Mean = sum / perQuery.Count;
        CompleteMean = sum / judgedQueries;
    }

    /// <summary>What was measured.</summary>
    public Measure Measure { get; }

    /// <summary>The value of every query that is both in the qrels and in the run.</summary>
    public IReadOnlyDictionary<string, double> PerQuery { get; }

    /// <summary>Mean over the queries in both (trec_eval without <c>-c</c>); NaN where there is none.</summary>
    public double Mean { get; }

    /// <summary>Mean over all queries of the qrels, those missing from the run counting 0 (trec_eval <c>-c</c>); NaN where there is none.</summary>
    public double CompleteMean { get; }

    /// <summary>Measures a run. Queries that only the run holds never count.</summary>
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
