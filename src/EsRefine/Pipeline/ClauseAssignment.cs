using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Remembering;
using EsRefine.Targets;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Pipeline;

/// <summary>Finds for each clause its target and the text its vector stands for, and decides whether anything is tried at all.</summary>
internal sealed class ClauseAssignment(TargetTable targets, IRelevanceJudge? judge = null, VectorMemory? memory = null)
{
    private static readonly NotRefined NoJudge = new(RefinementOutcome.TargetOff, "no judge is configured: set judge.kind");

    private static readonly NotRefined Hidden = new(
        RefinementOutcome.Unsupported, "a wrapper query or a script that cannot be read may hold a copy of the vector: all are replaced, or none");

    /// <summary>False: no judge is configured, so no search is refined.</summary>
    public bool CanRefine => judge is not null;

    /// <summary>A task for each clause, or why none of them is tried.</summary>
    /// <param name="search">The search as it came in.</param>
    /// <param name="recognized">What was found in it.</param>
    public async ValueTask<Outcome<ClauseTask[]>> AssignAsync(SearchRequest search, RecognizedSearch recognized)
    {
        if (!CanRefine)
        {
            return NoJudge;
        }

        if (CallerHeaders.WhyNotDelegable(search.Headers) is { } reason)
        {
            return new NotRefined(RefinementOutcome.Unsupported, reason);
        }

        SearchRequest opened = recognized.Open(search);
        ClauseTask[] tasks = new ClauseTask[recognized.Clauses.Count];
        for (int i = 0; i < tasks.Length; i++)
        {
            KnnClause clause = recognized.Clauses[i];
            tasks[i] = new(opened, recognized, clause, targets.Find(search, clause.Field), WrittenText(search, recognized, clause));
        }

        if (memory is not null)
        {
            tasks = await RecallTextsAsync(tasks, memory);
        }

        if (Array.TrueForAll(tasks, static task => task.WhyNot is not null))
        {
            return tasks[0].WhyNot!;
        }

        if (recognized.HidesVectors)
        {
            return Hidden;
        }

        return ToShare(tasks, opened.WithOwnHeaders());
    }

    /// <summary>From here on, clauses are worked on concurrently.</summary>
    private static ClauseTask[] ToShare(ClauseTask[] tasks, SearchRequest search) => Array.ConvertAll(tasks, task => task with { Search = search });

    /// <summary>The first of: header · text of the clause, or of a clause of text alone beside it · lexical sibling. Null: the request holds none.</summary>
    private static string? WrittenText(SearchRequest search, RecognizedSearch recognized, KnnClause clause) =>
        search.QueryText
        ?? clause.Text
        ?? recognized.Clauses.Select(static other => other.Text).FirstOrDefault(static text => text is not null)
        ?? recognized.LexicalText;

    /// <summary>Adds the texts the models listener made the vectors of, where the request holds none. Concurrent: a slow memory costs its time once.</summary>
    private static Task<ClauseTask[]> RecallTextsAsync(ClauseTask[] tasks, VectorMemory memory) =>
        Task.WhenAll(Array.ConvertAll(tasks, task => RecallTextAsync(task, memory)));

    private static async Task<ClauseTask> RecallTextAsync(ClauseTask task, VectorMemory memory)
    {
        if (task.QueryText is not null || task.Target.Mode == RefinementMode.Off || !task.Clause.HoldsVector)
        {
            return task;
        }

        VectorLocation vector = task.Clause.Vector;
        string? text = await memory.FindAsync(VectorText.ReadFloats(vector.Range.Of(task.Search.Body.Span), vector.Spelling));
        return text is null ? task : task with { QueryText = text };
    }
}
