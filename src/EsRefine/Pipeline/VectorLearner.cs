using EsRefine.Caching;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.Sampling;
using EsRefine.Targets;
using EsRefine.Telemetry;
using EsRefine.Vectors;

namespace EsRefine.Pipeline;

/// <summary>Learns a refined vector: sample → judge → refine.</summary>
internal sealed class VectorLearner(Sampler sampler, EsRefineMeter meter, TimeProvider timeProvider, IRelevanceJudge? judge = null) : IVectorSource
{
    private static readonly NotRefined TooFewHits = new(RefinementOutcome.TooFewHits);

    private static readonly NotRefined OtherDirection = new(
        RefinementOutcome.Unsupported, "the script's scores do not rise with the similarity that it computes");

    /// <summary>Not null here: without a judge <see cref="ClauseAssignment"/> refines no search.</summary>
    private readonly IRelevanceJudge _judge = judge!;

    public string Name => _judge.Name;

    public async Task<VectorResult> GetAsync(VectorTask task, SearchScope scope)
    {
        if (!scope.TryTakePermit())
        {
            return VectorResult.None(SearchScope.Overloaded);
        }

        if (_judge.WhyNotNow is { } unavailable)
        {
            return VectorResult.None(new(RefinementOutcome.JudgeFailed, unavailable, new JudgeException(unavailable)));
        }

        if (!scope.TryTakeJudgments(task.Target))
        {
            return VectorResult.None(SearchScope.TooManyVectors);
        }

        StageClock clock = new(timeProvider);
        Deadline deadline = scope.DeadlineOf(task.Target);
        Outcome<HitSample> sampled = await deadline.WaitAsync(sampler.SampleAsync(task.Search, SamplePlan.Of(task), deadline.Token));
        if (!sampled.TryGet(out HitSample? sample, out NotRefined? notSampled))
        {
            return VectorResult.None(notSampled);
        }

        VectorResult result = new(TooFewHits) { Sample = sample, Timings = new() { Sample = clock.Lap() } };
        if (sample.Count < 2)
        {
            return result;
        }

        if (task.Clause.Script is { } script && !ScriptDirection.Rises(sample, task.QueryVector, script.Function))
        {
            return result with { Vector = OtherDirection };
        }

        JudgedSample judged = await JudgeAsync(task.ClauseTask, sample, deadline);
        meter.RecordJudgments(judged.Count);
        result = result with { Judgments = judged.Judgments, Failure = judged.Failure, Timings = result.Timings with { Judge = clock.Lap() } };
        if (judged.Reason is { } notJudged)
        {
            return result with { Vector = notJudged };
        }

        Outcome<RefinedVector> vector = Refine(task, sample, judged);
        return result with { Vector = vector, Timings = result.Timings with { Refine = clock.Lap() } };
    }

    /// <summary>Waits for the judge until the deadline. Judgments that have arrived are used, the others are absent.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    private async Task<JudgedSample> JudgeAsync(ClauseTask task, HitSample sample, Deadline deadline)
    {
        JudgmentSheet sheet = new(sample.Count);
        JudgingTask judging = new(task.QueryText!, task.Target.Task, [.. sample.Hits.Select(static hit => new JudgedDocument(hit.Id, hit.Text))]);
        Exception? failure = null;
        try
        {
            Task work = _judge.JudgeAsync(judging, sheet, deadline.Token);
            _ = work.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await work.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            failure = new TimeoutException("the deadline passed before two judgments had arrived: raise deadlineMs or use a faster judge");
        }
        catch (JudgeException exception)
        {
            failure = exception;
        }

        deadline.Gone.ThrowIfCancellationRequested();   // its failure is not the judge's
        return new JudgedSample(sheet.Close(), failure);
    }

    private static Outcome<RefinedVector> Refine(VectorTask task, HitSample sample, JudgedSample judged)
    {
        Target target = task.Target;
        JudgedRows rows = JudgedRows.Of(sample, judged.Judgments);
        RefinementSample learning = new()
        {
            QueryVector = task.QueryVector,
            HitVectors = rows.Vectors,
            Judgments = rows.Probabilities,
            Similarity = task.Clause.Script?.Function.Similarity() ?? task.Mapping.Similarity!.Value,   // a script ranks the hits in place of the mapping
        };
        float[] refined = new float[task.QueryVector.Length];
        RefinementVerdict verdict = GuardedRefinement.Refine(target.Rule, learning, target.Guards, refined, out float angle);
        if (verdict == RefinementVerdict.Refined && task.Mapping.ElementType.HoldsBytes
            && !ByteVector.TryRound(task.QueryVector, refined, target.Guards.TrustRadius, out angle))
        {
            verdict = RefinementVerdict.NoSignal;   // no whole numbers lie in the refined direction
        }

        return verdict switch
        {
            RefinementVerdict.Refined => new RefinedVector(refined, judged.Count, sample.Count, angle, target.Rule.Name),
            RefinementVerdict.TooFewHits => TooFewHits,
            RefinementVerdict.NoSignal => new NotRefined(RefinementOutcome.NoSignal),
            _ => new NotRefined(RefinementOutcome.Unsupported),
        };
    }
}
