using EsRefine.Recognition;
using EsRefine.Targets;

namespace EsRefine.Pipeline;

/// <summary>Finds the kNN clauses of a body: <see cref="Recognizer.Recognize(ReadOnlySpan{byte})"/>.</summary>
internal delegate RecognizedSearch? SearchRecognition(ReadOnlySpan<byte> body);

/// <summary>
/// THE STORY: one search, one line per stage; start reading here. recognize → assign targets → for each distinct vector: recall or (sample → judge → refine) →
/// splice.
/// </summary>
/// <remarks>
/// A stage returns its product, or the reason why there is none (<see cref="NotRefined"/>). Nothing here catches a fault: <c>Endpoints/RefinedRequest</c> does,
/// for HTTP and gRPC alike.
/// </remarks>
internal sealed class RefinedSearch(
    SearchRecognition recognize, ClauseAssignment assignment, QueryVectors queryVectors, IVectorSource vectors, BackgroundRefinement background,
    SearchScopes scopes)
{
    /// <inheritdoc cref="ClauseAssignment.CanRefine"/>
    public bool CanRefine => assignment.CanRefine;

    /// <summary>Returns the search to send upstream: refined, or the one that came in and the reason why.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest search, CancellationToken gone)
    {
        long started = scopes.TimeProvider.GetTimestamp();
        if (!Recognizer.MayHoldKnn(search.Body.Span) || recognize(search.Body.Span) is not { } recognized)
        {
            return PreparedSearch.Original(search, RefinementOutcome.NoKnnClause);
        }

        using SearchScope scope = scopes.Begin(search, started, gone);
        Outcome<ClauseTask[]> assigned = await assignment.AssignAsync(search, recognized);
        if (!assigned.TryGet(out ClauseTask[]? tasks, out NotRefined? reason))
        {
            return scope.Unchanged(reason);
        }

        if (Array.TrueForAll(tasks, static task => task.WhyNot is not null || task.Target.Mode == RefinementMode.Shadow))
        {
            return scope.Unchanged(background.Shadow(tasks, RefineDistinctAsync));
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
        if (task.WhyNot is { } untried)
        {
            return new(task.Clause, VectorResult.None(untried));
        }

        Outcome<VectorTask> read = await queryVectors.ReadAsync(task, scope);
        return read.TryGet(out VectorTask? vectorTask, out NotRefined? unread)
            ? Splicer.Edit(vectorTask, await vectors.GetAsync(vectorTask, scope))
            : new(task.Clause, VectorResult.None(unread));
    }
}
