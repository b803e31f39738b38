using EsRefine.Judging;

namespace EsRefine.Pipeline;

/// <summary>The judgments of a sample: what had arrived by the deadline.</summary>
/// <param name="Judgments">One entry per hit; null = absent.</param>
/// <param name="Failure">Why some are absent; null where the judge finished.</param>
internal readonly record struct JudgedSample(IReadOnlyList<Judgment?> Judgments, Exception? Failure)
{
    /// <summary>Judgments that arrived.</summary>
    public int Count => Judgments.Count(static judgment => judgment is not null);

    /// <summary>Why these judgments are not enough; null where there are at least two, or where the judge left the others absent without a failure.</summary>
    public NotRefined? Reason => Count >= 2 || Failure is null ? null : new(
        Failure is JudgeException ? RefinementOutcome.JudgeFailed : RefinementOutcome.DeadlinePassed, Failure.Message, Failure);
}
