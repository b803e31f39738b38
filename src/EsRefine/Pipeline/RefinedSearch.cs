using EsRefine.Recognition;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Finds the kNN clauses of a body: <see cref="Recognizer.Recognize(ReadOnlyMemory{byte})"/>.</summary>
internal delegate RecognizedSearch? SearchRecognition(ReadOnlyMemory<byte> body);

/// <summary>
/// The story of one search, one line per stage: start reading here. recognize → assign targets → for each distinct vector: read it, then recall or (sample →
/// judge → refine) → splice. Recall, sample, judge and refine are behind <see cref="IVectorSource"/>: <see cref="RememberingSource"/> recalls, around
/// <see cref="VectorLearner"/>, which samples, judges and refines.
/// </summary>
/// <remarks>
/// A stage returns its product, or the reason why there is none (<see cref="NotRefined"/>). Unexpected faults in front of a reply are caught in
/// <c>Endpoints/RefinedRequest</c> only, for HTTP and gRPC alike; behind a reply, in <see cref="BackgroundRefinement"/>.
/// </remarks>
internal sealed class RefinedSearch(
    SearchRecognition recognize, ClauseAssignment assignment, QueryVectors queryVectors, IVectorSource vectors, BackgroundRefinement background,
    SearchScopes scopes)
{
    /// <inheritdoc cref="ClauseAssignment.CanRefine"/>
    public bool CanRefine => assignment.CanRefine;

    /// <summary>Returns the search to send upstream: refined, or unchanged with the reason.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest search, CancellationToken gone)
    {
        long started = scopes.TimeProvider.GetTimestamp();
        if (!Recognizer.MayHoldKnn(search.Body.Span) || recognize(search.Body) is not { } recognized)
        {
            return PreparedSearch.Original(search, RefinementOutcome.NoKnnClause);
        }

        using SearchScope scope = scopes.Begin(search, started, gone);
        Outcome<ClauseTask[]> assigned = await assignment.AssignAsync(search, recognized);
        if (!assigned.TryGet(out ClauseTask[]? tasks, out NotRefined? reason))
        {
            return scope.Unchanged(reason);
        }

        ClauseTask[] shadowed = Array.FindAll(tasks, static task => task.IsShadowed);
        if (shadowed.Length > 0)
        {
            NotRefined shadow = background.Shadow(shadowed, RefineDistinctAsync);
            tasks = [.. tasks.Except(shadowed)];
            if (Array.TrueForAll(tasks, static task => task.Reason is not null))
            {
                return scope.Unchanged(shadow);
            }
        }

        RefinedClause[] refined = await RefineDistinctAsync(tasks, scope);
        return scope.End(Splicer.Splice(search, recognized, refined, scope.RecognizeTime));
    }

    /// <summary>
    /// Refines the clauses concurrently. Clauses with one vector on one field are refined once: all copies of a vector are replaced, or none.
    /// </summary>
    private async Task<RefinedClause[]> RefineDistinctAsync(ClauseTask[] tasks, SearchScope scope)
    {
        Task<RefinedClause>[] refined = new Task<RefinedClause>[tasks.Length];
        for (int i = 0; i < tasks.Length; i++)
        {
            int first = Array.FindIndex(tasks, 0, i, tasks[i].IsTwinOf);
            refined[i] = first >= 0 ? refined[first] : RefineAsync(tasks[i], scope);
        }

        return await Task.WhenAll(refined);
    }

    /// <summary>One clause from its mapping to the bytes that replace its vector.</summary>
    private async Task<RefinedClause> RefineAsync(ClauseTask task, SearchScope scope)
    {
        if (task.Reason is { } untried)
        {
            return new(task.Clause, VectorResult.None(untried));
        }

        Outcome<VectorTask> read = await queryVectors.ReadAsync(task, scope);
        return read.TryGet(out VectorTask? vectorTask, out NotRefined? unread)
            ? Splicer.Edit(vectorTask, await vectors.GetAsync(vectorTask, scope))
            : new(task.Clause, VectorResult.None(unread));
    }
}
