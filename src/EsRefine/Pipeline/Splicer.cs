using EsRefine.Recognition;
using EsRefine.Reissue;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Writes refined vectors into the body they came in.</summary>
internal static class Splicer
{
    private static readonly NotRefined Ambiguous = new(
        RefinementOutcome.Unsupported, "a copy of the vector cannot be told from one that is compared with another field: all are replaced, or none");

    /// <summary>One clause with the edits that replace its vector and all its copies; without any where it has no refined vector.</summary>
    public static RefinedClause Edit(VectorTask task, VectorResult result) =>
        result.Vector.Product is not { } vector ? new(task.Clause, result)
        : ClauseEdits.For(task, vector.Components) is { } edits ? new(task.Clause, result) { Edits = edits }
        : new(task.Clause, result with { Vector = Ambiguous });

    /// <summary>The search with the edits of its clauses.</summary>
    /// <param name="search">As it came in.</param>
    /// <param name="recognized">What was found in it.</param>
    /// <param name="clauses">All its clauses; of several, the first refined one stands for the search, else the first.</param>
    /// <param name="recognizeTime">What it took to find them.</param>
    public static PreparedSearch Splice(SearchRequest search, RecognizedSearch recognized, RefinedClause[] clauses, TimeSpan recognizeTime)
    {
        RefinedClause shown = Array.Find(clauses, static clause => clause.Edits.Count > 0) ?? clauses[0];
        RefinementSummary summary = new(shown.Outcome)
        {
            Judged = shown.Judged,
            Sampled = shown.Sampled,
            Angle = shown.Angle,
            Rule = shown.Rule,
            Timings = shown.Result.Timings with { Recognize = recognizeTime },
            Detail = shown.Detail,
        };
        BodyEdit[] refined = [.. clauses.SelectMany(static clause => clause.Edits).DistinctBy(static edit => edit.Original)];
        return new PreparedSearch(search.Body, recognized.Opened?.Close(refined) ?? refined, summary)
        {
            Clauses = clauses,
            Failure = clauses.Select(static clause => clause.Failure).FirstOrDefault(static failure => failure is not null),
            MayFailInPart = Array.Exists(clauses, static clause => clause.Edits.Count > (clause.Clause.Form == KnnClauseForm.Script ? 0 : 1)),
        };
    }
}
