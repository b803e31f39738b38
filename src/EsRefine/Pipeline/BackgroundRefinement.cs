using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Work behind a reply: searches in shadow, and vectors learnt for the next search. Nobody waits for it, and its failures are logged only.</summary>
internal sealed class BackgroundRefinement(SearchScopes scopes, ILogger<BackgroundRefinement> logger)
{
    private static readonly NotRefined Shadowed = new(RefinementOutcome.Shadowed);

    /// <summary>Mode shadow: the search goes out as it came in, and is refined for the record behind its reply.</summary>
    /// <param name="tasks">Its clauses.</param>
    /// <param name="refine">Refines them.</param>
    /// <returns>What the search ends in: shadowed, or overloaded.</returns>
    public NotRefined Shadow(ClauseTask[] tasks, Func<ClauseTask[], SearchScope, Task<RefinedClause[]>> refine)
    {
        SearchScope scope = scopes.BeginBehind(tasks[0].Search);
        if (!scope.TryTakePermit())
        {
            scope.Dispose();
            return SearchScope.Overloaded;
        }

        _ = ShadowAsync(tasks, scope, refine);
        return Shadowed;
    }

    /// <summary>Mode learn: the search goes out as it came in, and the next one finds what was learnt behind its reply.</summary>
    /// <param name="task">The vector to refine.</param>
    /// <param name="learn">Learns and keeps it; null: somebody is learning it already.</param>
    public void LearnAhead(VectorTask task, Func<VectorTask, SearchScope, Task<VectorResult?>> learn) => _ = LearnAheadAsync(task, learn);

    private async Task ShadowAsync(ClauseTask[] tasks, SearchScope scope, Func<ClauseTask[], SearchScope, Task<RefinedClause[]>> refine)
    {
        await Task.Yield();
        using (scope)
        {
            try
            {
                foreach (RefinedClause clause in await refine(tasks, scope))
                {
                    string index = tasks[0].Search.Index;
                    logger.Shadow(
                        index.Length > 0 ? index : "all indices or a point in time", clause.Clause.Field,
                        clause.Outcome.ToName(), clause.Judged, clause.Sampled, clause.Angle, clause.Detail is { } detail ? ": " + detail : "");
                }
            }
            catch (Exception fault)   // behind a reply there is no entrance to catch it
            {
                logger.InternalError(fault);
            }
        }
    }

    private async Task LearnAheadAsync(VectorTask task, Func<VectorTask, SearchScope, Task<VectorResult?>> learn)
    {
        await Task.Yield();
        try
        {
            using SearchScope scope = scopes.BeginBehind(task.Search);
            if (scope.TryTakePermit() && await learn(task, scope) is { Sample: null, Vector.Reason: { Outcome: not RefinementOutcome.JudgeFailed } reason })
            {
                logger.NotLearnt(reason.Outcome.ToName(), reason.Detail);   // no sample; what a judge comes to is no news
            }
        }
        catch (Exception fault)   // as above: the next search tries again
        {
            logger.NotLearnt(fault.GetType().Name, fault.Message);
        }
    }
}
