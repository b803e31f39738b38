using System.Collections.Concurrent;
using EsRefine.Caching;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>
/// Remembers what its inner source learns. Of several searches that need the same vector at once, one learns it and the others wait. A later page gets
/// the vector of its first page, or none: pages must not tear.
/// </summary>
internal sealed class RememberingSource(IVectorSource inner, RefinedVectorCache cache, BackgroundRefinement background) : IVectorSource
{
    private static readonly NotRefined Plain = new(
        RefinementOutcome.PlainSequence, "the first page of this search was sent unrefined, or longer than cache.minutes ago");

    private static readonly NotRefined Learning = new(RefinementOutcome.Learning);

    /// <summary>Vectors being learned; a null result: the search was canceled before it had one.</summary>
    private readonly ConcurrentDictionary<string, Task<VectorResult?>> _inFlight = new(StringComparer.Ordinal);

    public string Name => inner.Name;

    public async Task<VectorResult> GetAsync(VectorTask task, SearchScope scope)
    {
        VectorUse use = VectorUses.Of(task.Target.Mode, task.ClauseTask.IsFirstPage, task.Search.IsFresh, cache.IsOn);
        if (use == VectorUse.Learn)
        {
            return await inner.GetAsync(task, scope);
        }

        string key = RefinedVectorKey.Of(cache.Secret, task, Name);
        Deadline deadline = scope.DeadlineOf(task.Target);
        try
        {
            return use switch
            {
                VectorUse.RecallOrLearn => await RecallOrLearnAsync(key, task, scope, deadline.Token),
                VectorUse.RecallOrWait => await RecallOrWaitAsync(key, task, deadline.Token),
                VectorUse.RecallOrLearnAhead => await RecallOrLearnAheadAsync(key, task, deadline.Token),
                _ => await cache.RecallAsync(key, task, deadline.Token) is { } known ? VectorResult.Recalled(known) : VectorResult.None(Plain),
            };
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return VectorResult.None(Deadline.PassedBefore());
        }
    }

    private async Task<VectorResult> RecallOrLearnAsync(string key, VectorTask task, SearchScope scope, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await cache.RecallAsync(key, task, cancellationToken) is { } remembered)
            {
                return VectorResult.Recalled(remembered);
            }

            TaskCompletionSource<VectorResult?> ours = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<VectorResult?> inFlight = _inFlight.GetOrAdd(key, ours.Task);
            if (inFlight == ours.Task)
            {
                return await LearnAsync(key, task, scope, ours, isServed: true);
            }

            if (await inFlight.WaitAsync(cancellationToken) is { Vector.Reason: not null } refused)
            {
                return refused;
            }

            // There is a vector now, or the other search was canceled and this one learns.
        }
    }

    private async Task<VectorResult> RecallOrWaitAsync(string key, VectorTask task, CancellationToken cancellationToken)
    {
        bool isLearning = _inFlight.TryGetValue(key, out Task<VectorResult?>? learning);
        RefinedVector? known = await cache.RecallAsync(key, task, cancellationToken);
        if (known is null && isLearning)
        {
            await learning!.WaitAsync(cancellationToken);
            known = await cache.RecallAsync(key, task, cancellationToken);
        }

        return known is null ? VectorResult.None(Plain) : VectorResult.Recalled(known);
    }

    /// <summary>Does not wait: a first page is sent unrefined while its vector is being learned.</summary>
    private async Task<VectorResult> RecallOrLearnAheadAsync(string key, VectorTask task, CancellationToken cancellationToken)
    {
        if (await cache.RecallAsync(key, task, cancellationToken) is { } known)
        {
            return VectorResult.Recalled(known);
        }

        background.LearnAhead(task, (detached, scope) => LearnUnlessLearningAsync(key, detached, scope));
        return VectorResult.None(Learning);
    }

    /// <summary>Null: another search is learning it already.</summary>
    private async Task<VectorResult?> LearnUnlessLearningAsync(string key, VectorTask task, SearchScope scope)
    {
        TaskCompletionSource<VectorResult?> ours = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _inFlight.TryAdd(key, ours.Task) ? await LearnAsync(key, task, scope, ours, isServed: false) : null;
    }

    private async Task<VectorResult> LearnAsync(string key, VectorTask task, SearchScope scope, TaskCompletionSource<VectorResult?> ours, bool isServed)
    {
        VectorResult? learned = null;
        try
        {
            if (isServed && await cache.RecallAtOnceAsync(key, task) is { } justLearned)
            {
                return VectorResult.Recalled(justLearned);   // another search finished between the lookup and the turn of this one
            }

            learned = await inner.GetAsync(task, scope);
            if (learned.Vector.Product is { } vector)
            {
                if (cache.IsShared && await cache.RecallAtOnceAsync(key, task) is { } theirs)
                {
                    return VectorResult.Recalled(theirs);
                }

                await cache.KeepAsync(key, vector, isServed);
            }

            return learned;
        }
        finally
        {
            _inFlight.TryRemove(key, out _);
            ours.SetResult(learned);   // null: canceled before the end
        }
    }
}
