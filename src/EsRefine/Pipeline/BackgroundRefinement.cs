using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Work that goes on behind a reply: shadowed searches, and vectors learned for the next search. Its failures are only logged.</summary>
internal sealed class BackgroundRefinement(SearchScopes scopes, ILogger<BackgroundRefinement> logger)
{
    private static readonly NotRefined Shadowed = new(RefinementOutcome.Shadowed);

    /// <summary>Mode shadow: the search is forwarded unchanged, and refined behind its reply for the log.</summary>
    /// <param name="tasks">Its clauses.</param>
    /// <param name="refine">Refines them.</param>
    /// <returns>The outcome of the search: shadowed, or overloaded.</returns>
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

    /// <summary>Mode learn: the search is forwarded unchanged, and the next one uses the vector learned behind its reply.</summary>
    /// <param name="task">The vector to refine.</param>
    /// <param name="learn">Learns and keeps it; null: another search is learning it already.</param>
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
            catch (Exception fault)   // RefinedRequest catches nothing behind a reply
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
                logger.NotLearned(reason.Outcome.ToName(), reason.Detail);   // no sample; judge failures are logged by the judge
            }
        }
        catch (Exception fault)   // as above: the next search tries again
        {
            logger.NotLearned(fault.GetType().Name, fault.Message);
        }
    }
}
