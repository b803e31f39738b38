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
        RefinementOutcome.Unsupported, "the script's scores do not rise with the similarity it computes");

    /// <summary>Where there is none, <see cref="ClauseAssignment"/> lets no search through.</summary>
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

        if (task.Clause.Function is { } function && !ScriptDirection.Rises(sample, task.QueryVector, function))
        {
            return result with { Vector = OtherDirection };
        }

        JudgedSample judged = await JudgedSample.JudgeAsync(_judge, task.Of, sample, deadline);
        meter.RecordJudgments(judged.Count);
        result = result with { Judgments = judged.Judgments, Failure = judged.Failure, Timings = result.Timings with { Judge = clock.Lap() } };
        if (judged.WhyNot is { } notJudged)
        {
            return result with { Vector = notJudged };
        }

        Outcome<RefinedVector> vector = Refine(task, sample, judged);
        return result with { Vector = vector, Timings = result.Timings with { Refine = clock.Lap() } };
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
            Similarity = task.Clause.Function?.Similarity() ?? task.Mapping.Similarity!.Value,   // what ranks the hits: the script where there is one
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
