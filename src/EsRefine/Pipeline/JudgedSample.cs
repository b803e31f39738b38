using EsRefine.Judging;
using EsRefine.Sampling;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>The judgments of a sample: what had arrived by the deadline.</summary>
/// <param name="Judgments">One entry per hit; null = absent.</param>
/// <param name="Failure">Why some are absent; null where the judge came to its end.</param>
internal readonly record struct JudgedSample(IReadOnlyList<Judgment?> Judgments, Exception? Failure)
{
    /// <summary>Judgments that arrived.</summary>
    public int Count => Judgments.Count(static judgment => judgment is not null);

    /// <summary>Why these judgments do not do; null where there are two at least, or the judge left the others absent by its own will.</summary>
    public NotRefined? WhyNot => Count >= 2 || Failure is null ? null : new(
        Failure is JudgeException ? RefinementOutcome.JudgeFailed : RefinementOutcome.DeadlinePassed, Failure.Message, Failure);

    /// <summary>Waits for the judge, but not past the deadline: what has arrived by then is used, the rest is absent.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public static async Task<JudgedSample> JudgeAsync(IRelevanceJudge judge, ClauseTask task, HitSample sample, Deadline deadline)
    {
        JudgmentSheet sheet = new(sample.Count);
        JudgingTask judging = new(task.QueryText!, task.Target.Task, [.. sample.Hits.Select(static hit => new JudgedDocument(hit.Id, hit.Text))]);
        Exception? failure = null;
        try
        {
            Task work = judge.JudgeAsync(judging, sheet, deadline.Token);
            _ = work.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await work.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            failure = new TimeoutException("the deadline passed before two judgments had arrived: a longer deadlineMs or a faster judge would help");
        }
        catch (JudgeException exception)
        {
            failure = exception;
        }

        deadline.Gone.ThrowIfCancellationRequested();   // what failed of it says nothing of the judge
        return new(sheet.Close(), failure);
    }
}
