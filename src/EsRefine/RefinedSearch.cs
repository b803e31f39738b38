using EsRefine.Caching;
using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Refinement;
using EsRefine.Reissue;
using EsRefine.Remembering;
using EsRefine.Sampling;
using EsRefine.Telemetry;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine;

/// <summary>THE STORY: one search, one line per stage; start reading here.</summary>
/// <remarks>
/// recognize → sample → judge → refine → reissue; what was refined before is recalled instead. The stages do work and throw what went wrong; which outcome
/// that is, is decided here, and here is the one place that fails open. Whatever the outcome, the caller gets a search to send upstream: the refined one, or
/// the bytes that came in.
/// </remarks>
internal sealed partial class RefinedSearch(
    TargetTable targets, MappingCache mappings, VectorLookups lookups, TextEmbeddings embeddings, RefinedVectorCache vectors, Sampler sampler,
    EsRefineSettings settings, TimeProvider timeProvider, ILogger<RefinedSearch> logger, IRelevanceJudge? judge = null, VectorMemory? memory = null)
    : IDisposable
{
    private readonly SemaphoreSlim _permits = new(settings.MaxConcurrentSearches);

    /// <summary>False: no judge is configured, so every search passes and the listeners need not even look.</summary>
    public bool CanRefine => judge is not null;

    /// <summary>Returns the search to send upstream: refined, or the one that came in and the reason why.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone. Nothing else is thrown.</exception>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest search, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        PreparedSearch prepared = await PrepareCoreAsync(search, started, cancellationToken);
        EsRefineMeter.RecordSearch(prepared.Summary, timeProvider.GetElapsedTime(started));
        return prepared;
    }

    public void Dispose() => _permits.Dispose();

    private async ValueTask<PreparedSearch> PrepareCoreAsync(SearchRequest search, long started, CancellationToken cancellationToken)
    {
        if (!Recognizer.MayHoldKnn(search.Body.Span) || Recognizer.Recognize(search.Body.Span) is not { } recognized)
        {
            return PreparedSearch.Original(search, RefinementOutcome.NoKnnClause);
        }

        TimeSpan recognize = timeProvider.GetElapsedTime(started);
        if (!CanRefine)
        {
            return PreparedSearch.Original(search, RefinementOutcome.TargetOff, "no judge is configured: set judge.kind");
        }

        if (CallerHeaders.WhyNotDelegable(search.Headers) is { } reason)
        {
            return PreparedSearch.Original(search, RefinementOutcome.Unsupported, reason);
        }

        SearchRequest opened = recognized.Open(search);
        ClauseInHand[] clauses = await Task.WhenAll(recognized.Clauses.Select(clause => TakeInHandAsync(opened, recognized, clause)));
        if (Array.TrueForAll(clauses, static clause => clause.WhyNot is not null))
        {
            return PreparedSearch.Original(search, clauses[0].WhyNot!.Value, clauses[0].Detail);
        }

        if (recognized.HidesVectors)
        {
            const string Hidden = "a wrapper query or a script that cannot be read may hold a copy of the vector: all are replaced, or none";
            return PreparedSearch.Original(search, RefinementOutcome.Unsupported, Hidden);
        }

        opened = opened.WithOwnHeaders();   // from here on, clauses are worked on concurrently
        if (Array.TrueForAll(clauses, static clause => clause.WhyNot is not null || clause.Target.Mode == RefinementMode.Shadow))
        {
            return PreparedSearch.Original(search, Shadow(opened, recognized, clauses));
        }

        using Permit permit = new(_permits);
        return Reissue(search, recognized, await RefineAsync(opened, recognized, clauses, permit, search.Arrived ?? started, cancellationToken), recognize);
    }

    private async Task<ClauseInHand> TakeInHandAsync(SearchRequest search, RecognizedSearch recognized, KnnClause clause)
    {
        Target target = targets.Find(search, clause.Field);
        return new(clause, target, target.Mode == RefinementMode.Off ? null : await QueryText.FindAsync(search, recognized, clause, memory));
    }

    /// <summary>
    /// Refines the clauses concurrently. Clauses with one vector on one field are refined once: all copies of a vector are replaced, or none.
    /// </summary>
    private async Task<RefinedClause[]> RefineAsync(
        SearchRequest search, RecognizedSearch recognized, ClauseInHand[] clauses, Permit permit, long started, CancellationToken cancellationToken)
    {
        SourceVectors sources = new(search, lookups, embeddings);
        Task<RefinedClause>[] refined = new Task<RefinedClause>[clauses.Length];
        for (int i = 0; i < clauses.Length; i++)
        {
            ClauseInHand clause = clauses[i];
            ClauseInHand? twin = Array.Find(clauses, other => other.Clause.IsTwinOf(clause.Clause, search.Body.Span));
            int first = Array.IndexOf(clauses, twin, 0, i);
            refined[i] = first >= 0 ? refined[first] : RefineAsync(search, recognized, sources, clause, permit, started, cancellationToken);
        }

        return await Task.WhenAll(refined);
    }

    /// <summary>One clause from its mapping to the bytes that replace its vector.</summary>
    private async Task<RefinedClause> RefineAsync(
        SearchRequest search, RecognizedSearch recognized, SourceVectors sources, ClauseInHand inHand, Permit permit, long started,
        CancellationToken cancellationToken)
    {
        (KnnClause clause, Target target) = (inHand.Clause, inHand.Target);
        RefinedClause refined = new(clause, RefinementOutcome.InternalError);
        if (inHand.WhyNot is { } whyNot)
        {
            return refined with { Outcome = whyNot, Detail = inHand.Detail };
        }

        using Deadline deadline = Deadline.Start(target.Deadline, timeProvider, started, cancellationToken);
        try
        {
            ReadOnlyMemory<byte> pointInTime = recognized.PointInTime is { } pit ? search.Body.Slice(pit.Start, pit.Length) : default;
            FieldMapping mapping = await mappings.ReadAsync(search, clause.Field, pointInTime, deadline.Token).AsTask().WaitAsync(deadline.Token);
            if (WhyNotRefinable(clause, mapping) is { } unsupported)
            {
                return refined with { Outcome = RefinementOutcome.Unsupported, Detail = unsupported };
            }

            if (await ReadQueryVectorAsync(search, sources, inHand, mapping, deadline) is not { } queryVector)
            {
                return refined with { Outcome = RefinementOutcome.Unsupported, Detail = $"the query vector is not one that field '{clause.Field}' takes" };
            }

            if (mapping.Dimensions is { } dimensions && dimensions != queryVector.Length)
            {
                return refined with
                {
                    Outcome = RefinementOutcome.DimensionMismatch,
                    Detail = $"the query vector has {queryVector.Length} dimensions but field '{clause.Field}' is mapped with {dimensions}; "
                        + "check the embedding model",
                };
            }

            if (await FindHiddenCopiesAsync(recognized, sources, inHand, mapping, queryVector, deadline) is not { } hiddenCopies)
            {
                const string Hidden = "a vector that cannot be had may be a copy of this one: all are replaced, or none";
                return refined with { Outcome = RefinementOutcome.Unsupported, Detail = Hidden };
            }

            refined = await RecallOrLearnAsync(search, recognized, inHand, mapping, queryVector, permit, deadline, cancellationToken);
            return refined.Vector is { } vector ? Splice(search, recognized, refined, mapping, queryVector, vector, hiddenCopies) : refined;
        }
        catch (OperationCanceledException) when (deadline.HasPassed && !cancellationToken.IsCancellationRequested)
        {
            TimeoutException late = new("the deadline passed before the sample was in");
            return refined with { Outcome = RefinementOutcome.DeadlinePassed, Detail = late.Message, Failure = late };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)   // the one place that fails open
        {
            RefinementOutcome outcome = OutcomeOf(exception);
            if (outcome == RefinementOutcome.InternalError)
            {
                LogInternalError(logger, exception);
            }

            return refined with { Outcome = outcome, Detail = outcome == RefinementOutcome.InternalError ? null : exception.Message, Failure = exception };
        }
    }

    /// <summary>The vector as the client wrote it; else of the document that the clause names, or of its text. Null where it is none of this field's.</summary>
    private static async Task<float[]?> ReadQueryVectorAsync(
        SearchRequest search, SourceVectors sources, ClauseInHand inHand, FieldMapping mapping, Deadline deadline)
    {
        KnnClause clause = inHand.Clause;
        if (clause.Source is { } source)
        {
            return await sources.FetchAsync(source, inHand.Target, mapping, deadline.Token);
        }

        return VectorText.TryRead(clause.Vector.Range.Of(search.Body.Span), clause.Vector.Spelling, mapping.VectorType, out float[] vector) ? vector : null;
    }

    /// <summary>Where the body means this very vector without spelling it out. Null where that cannot be told: all copies are replaced, or none.</summary>
    private static async Task<IReadOnlyList<VectorPlace>?> FindHiddenCopiesAsync(
        RecognizedSearch recognized, SourceVectors sources, ClauseInHand inHand, FieldMapping mapping, float[] queryVector, Deadline deadline)
    {
        List<VectorPlace> copies = [];
        foreach ((VectorSource other, string? field) in recognized.HiddenBeside(inHand.Clause))
        {
            bool? isOnField = field is null ? null : ClauseEdits.IsOnField(field, inHand.Clause, mapping);
            try
            {
                if (isOnField == false || !await IsCopyAsync(other))
                {
                    continue;
                }
            }
            catch (SampleException)
            {
                return null;
            }

            if (isOnField is null)
            {
                return null;
            }

            copies.Add(other.Place);
        }

        return copies;

        async Task<bool> IsCopyAsync(VectorSource other) =>
            other.IsSameAs(inHand.Clause.Source) || (await sources.FetchAsync(other, inHand.Target, mapping, deadline.Token)).AsSpan().SequenceEqual(queryVector);
    }

    /// <summary>The refined vector: of memory, or learnt. A later page gets the one its first page went out with, or none: pages must not tear.</summary>
    private async Task<RefinedClause> RecallOrLearnAsync(
        SearchRequest search, RecognizedSearch recognized, ClauseInHand inHand, FieldMapping mapping, float[] queryVector, Permit permit, Deadline deadline,
        CancellationToken cancellationToken)
    {
        RefinedClause recalled = new(inHand.Clause, RefinementOutcome.RefinedFromCache);
        if (!vectors.IsOn || search.IsFresh || inHand.Target.Mode == RefinementMode.Shadow)
        {
            return await LearnAsync();
        }

        string key = RefinedVectorKey.Of(vectors.Secret, search, recognized, inHand, mapping, queryVector, judge!.Name);
        bool isFirstPage = recognized.IsFirstPage(search.QueryString);
        if (isFirstPage && inHand.Target.Mode != RefinementMode.Learn)
        {
            (RefinedVector? remembered, RefinedClause? learnt) = await vectors.RecallOrLearnAsync(key, IsSound, LearnAsync, deadline.Token);
            return remembered is not null ? recalled with { Vector = remembered } : learnt! with { Clause = inHand.Clause };
        }

        // In mode learn nobody waits for what is being learnt: a first page goes out plain meanwhile.
        RefinedVector? known = isFirstPage || inHand.Target.Mode == RefinementMode.Learn
            ? await vectors.RecallAsync(key, IsSound, isFirstPage, deadline.Token)
            : await vectors.RecallForLaterPageAsync(key, IsSound, deadline.Token);
        if (known is not null)
        {
            return recalled with { Vector = known };
        }

        if (!isFirstPage)
        {
            const string Plain = "the first page of this search went out plain, or longer than cache.minutes ago";
            return recalled with { Outcome = RefinementOutcome.PlainSequence, Detail = Plain };
        }

        _ = LearnAheadAsync(search.Detach(), recognized, inHand, mapping, queryVector, key, IsSound);
        return recalled with { Outcome = RefinementOutcome.Learning };

        bool IsSound(RefinedVector vector) => vector.CanReplace(queryVector, inHand.Target.Guards.TrustRadius);

        async Task<RefinedClause> LearnAsync() => permit.TryTake()
            ? await this.LearnAsync(search, recognized, inHand, mapping, queryVector, deadline, cancellationToken)
            : recalled with { Outcome = RefinementOutcome.Overloaded, Detail = "as many searches as maxConcurrentSearches allows are being refined" };
    }

    /// <summary>sample → judge → refine.</summary>
    private async Task<RefinedClause> LearnAsync(
        SearchRequest search, RecognizedSearch recognized, ClauseInHand inHand, FieldMapping mapping, float[] queryVector, Deadline deadline,
        CancellationToken cancellationToken)
    {
        (KnnClause clause, Target target) = (inHand.Clause, inHand.Target);
        RefinedClause refined = new(clause, RefinementOutcome.InternalError);
        if (judge!.WhyNotNow is { } away)
        {
            return refined with { Outcome = RefinementOutcome.JudgeFailed, Detail = away, Failure = new JudgeException(away) };
        }

        StageClock clock = new(timeProvider);
        SamplePlan plan = new(search.Body, recognized, clause, mapping, queryVector, target.TextFields(mapping), target.SampleSize);
        HitSample sample = await sampler.SampleAsync(search, plan, deadline.Token).WaitAsync(deadline.Token);
        refined = refined with { Sample = sample, Timings = refined.Timings with { Sample = clock.Lap() } };
        if (sample.Count < 2)
        {
            return refined with { Outcome = RefinementOutcome.TooFewHits };
        }

        if (clause.Function is { } function && !ScriptDirection.Rises(sample, queryVector, function))
        {
            return refined with { Outcome = RefinementOutcome.Unsupported, Detail = "the script's scores do not rise with the similarity it computes" };
        }

        (IReadOnlyList<Judgment?> judgments, Exception? failure) = await JudgeAsync(inHand.QueryText!, target, sample, deadline);
        cancellationToken.ThrowIfCancellationRequested();
        refined = refined with { Judgments = judgments, Failure = failure, Timings = refined.Timings with { Judge = clock.Lap() } };
        if (refined.Judged < 2 && failure is not null)
        {
            RefinementOutcome outcome = failure is JudgeException ? RefinementOutcome.JudgeFailed : RefinementOutcome.DeadlinePassed;
            return refined with { Outcome = outcome, Detail = failure.Message };
        }

        float[] refinedVector = new float[queryVector.Length];
        RefinementVerdict verdict = Refine(queryVector, sample, judgments, target, clause, mapping, refinedVector, out float angle);
        refined = refined with { Timings = refined.Timings with { Refine = clock.Lap() } };
        if (verdict != RefinementVerdict.Refined)
        {
            return refined with { Outcome = OutcomeOf(verdict) };
        }

        return refined with
        {
            Outcome = RefinementOutcome.Refined,
            Vector = new RefinedVector(refinedVector, refined.Judged, sample.Count, angle, target.Rule.Name),
        };
    }

    /// <summary>The vector as edits of the body.</summary>
    private static RefinedClause Splice(
        SearchRequest search, RecognizedSearch recognized, RefinedClause refined, FieldMapping mapping, float[] queryVector, RefinedVector vector,
        IReadOnlyList<VectorPlace> hiddenCopies) =>
        ClauseEdits.For(search.Body.Span, recognized, refined.Clause, mapping, queryVector, vector.Components, hiddenCopies) is { } edits
            ? refined with { Edits = edits }
            : refined with
            {
                Outcome = RefinementOutcome.Unsupported,
                Vector = null,
                Detail = "a copy of the vector cannot be told from one that is compared with another field: all are replaced, or none",
            };

    /// <summary>Waits for the judge, but not past the deadline: what has arrived by then is used, the rest is absent.</summary>
    private async Task<(IReadOnlyList<Judgment?> Judgments, Exception? Failure)> JudgeAsync(
        string queryText, Target target, HitSample sample, Deadline deadline)
    {
        JudgmentSheet sheet = new(sample.Count);
        JudgingTask task = new(queryText, target.Task, [.. sample.Hits.Select(static hit => new JudgedDocument(hit.Id, hit.Text))]);
        Exception? failure = null;
        try
        {
            Task judging = judge!.JudgeAsync(task, sheet, deadline.Token);
            _ = judging.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await judging.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            failure = new TimeoutException("the deadline passed before two judgments had arrived: a longer deadlineMs or a faster judge would help");
        }
        catch (JudgeException exception)
        {
            failure = exception;
        }

        IReadOnlyList<Judgment?> judgments = sheet.Close();
        EsRefineMeter.RecordJudgments(judgments);
        return (judgments, failure);
    }

    private static RefinementVerdict Refine(
        float[] queryVector, HitSample sample, IReadOnlyList<Judgment?> judgments, Target target, KnnClause clause, FieldMapping mapping, float[] refinedVector,
        out float angle)
    {
        JudgedRows judged = JudgedRows.Of(sample, judgments);
        RefinementSample rows = new()
        {
            QueryVector = queryVector,
            HitVectors = judged.Vectors,
            Judgments = judged.Probabilities,
            Similarity = SimilarityOf(clause, mapping),
        };
        RefinementVerdict verdict = GuardedRefinement.Refine(target.Rule, rows, target.Guards, refinedVector, out angle);
        return verdict == RefinementVerdict.Refined && mapping.ElementType.HoldsBytes
            && !ByteVector.TryRound(queryVector, refinedVector, target.Guards.TrustRadius, out angle)
                ? RefinementVerdict.NoSignal   // no whole numbers lie in the refined direction
                : verdict;
    }

    private static PreparedSearch Reissue(SearchRequest search, RecognizedSearch recognized, RefinedClause[] clauses, TimeSpan recognize)
    {
        RefinedClause shown = Array.Find(clauses, static clause => clause.Edits.Count > 0) ?? clauses[0];
        RefinementSummary summary = new(shown.Outcome)
        {
            Judged = shown.Judged,
            Sampled = shown.Sampled,
            Angle = shown.Angle,
            Rule = shown.Rule,
            Timings = shown.Timings with { Recognize = recognize },
            Detail = shown.Detail,
        };
        BodyEdit[] refined = [.. clauses.SelectMany(static clause => clause.Edits).DistinctBy(static edit => edit.Range)];
        IReadOnlyList<BodyEdit> edits = recognized.Opened?.Close(refined) ?? refined;
        return new PreparedSearch(search.Body, edits, summary)
        {
            Clauses = clauses,
            MayFailInPart = Array.Exists(clauses, static clause => clause.Edits.Count > (clause.Clause.Form == KnnClauseForm.Script ? 0 : 1)),
        };
    }

    /// <summary>Mode shadow: the original goes on its way, and is refined for the record behind it.</summary>
    private RefinementSummary Shadow(SearchRequest search, RecognizedSearch recognized, ClauseInHand[] clauses)
    {
        Permit permit = new(_permits);
        if (!permit.TryTake())
        {
            permit.Dispose();
            return new(RefinementOutcome.Overloaded) { Detail = "as many searches as maxConcurrentSearches allows are being refined" };
        }

        _ = ShadowAsync(search.Detach(), recognized, clauses, permit);
        return new(RefinementOutcome.Shadowed);
    }

    private async Task ShadowAsync(SearchRequest search, RecognizedSearch recognized, ClauseInHand[] clauses, Permit permit)
    {
        await Task.Yield();
        using (permit)
        {
            foreach (RefinedClause clause in await RefineAsync(search, recognized, clauses, permit, timeProvider.GetTimestamp(), CancellationToken.None))
            {
                LogShadow(
                    logger, search.Index.Length > 0 ? search.Index : "all indices or a point in time", clause.Clause.Field,
                    clause.Outcome.ToName(), clause.Judged, clause.Sampled, clause.Angle, clause.Detail is { } detail ? ": " + detail : "");
            }
        }
    }

    /// <summary>Mode learn: the original goes on its way, and the next search finds what was learnt behind it.</summary>
    private async Task LearnAheadAsync(
        SearchRequest search, RecognizedSearch recognized, ClauseInHand inHand, FieldMapping mapping, float[] queryVector, string key,
        Predicate<RefinedVector> isSound)
    {
        await Task.Yield();
        try
        {
            using Permit permit = new(_permits);
            using Deadline deadline = Deadline.Start(inHand.Target.Deadline, timeProvider, timeProvider.GetTimestamp(), CancellationToken.None);
            if (permit.TryTake())
            {
                await vectors.LearnAheadAsync(
                    key, isSound, () => LearnAsync(search, recognized, inHand, mapping, queryVector, deadline, CancellationToken.None));
            }
        }
        catch (Exception exception)   // nobody waits: the next search tries again
        {
            LogNotLearnt(logger, exception.GetType().Name, exception.Message);
        }
    }

    /// <summary>What ranks the hits: the script where there is one, else the field's own similarity.</summary>
    private static VectorSimilarity SimilarityOf(KnnClause clause, FieldMapping mapping) => clause.Function?.Similarity() ?? mapping.Similarity!.Value;

    private static string? WhyNotRefinable(KnnClause clause, FieldMapping mapping) => mapping switch
    {
        { ElementType.IsRefined: false } => $"field '{clause.Field}' holds {mapping.ElementType} vectors",
        { Similarity: null } when clause.Function is null => $"field '{clause.Field}' is ranked by a space that is not refined",
        _ when clause.IsJoined => $"the clause on '{clause.Field}' stands inside has_child or has_parent: its hits are not the documents with the vectors",
        { SemanticField: not null } when clause.Form is KnnClauseForm.TopLevel or KnnClauseForm.Retriever =>
            $"field '{clause.Field}' is semantic_text, which Elasticsearch searches by knn queries only",
        _ when clause.NestedPath != mapping.PathOfClauses && !clause.NamesPassagesFromOutside =>
            $"the clause on '{clause.Field}' stands inside another nested query than the field: its hits hold no such vectors",
        _ when clause.Filters.Any(filter => filter is { IsOwn: false, NestedPath: not null } && filter.NestedPath != mapping.NestedPath) =>
            $"a filter of the clause on '{clause.Field}' speaks of passages of another level",
        _ when clause.Form != KnnClauseForm.Script && clause.Dialect != mapping.Dialect =>
            $"the clause is written for {clause.Dialect}, the mapping is {mapping.Dialect}'s",
        _ => null,
    };

    private static RefinementOutcome OutcomeOf(RefinementVerdict verdict) => verdict switch
    {
        RefinementVerdict.Refined => RefinementOutcome.Refined,
        RefinementVerdict.TooFewHits => RefinementOutcome.TooFewHits,
        RefinementVerdict.NoSignal => RefinementOutcome.NoSignal,
        _ => RefinementOutcome.Unsupported,
    };

    private static RefinementOutcome OutcomeOf(Exception exception) => exception switch
    {
        SampleException sample => sample.Outcome,
        MappingException => RefinementOutcome.Unsupported,
        JudgeException => RefinementOutcome.JudgeFailed,
        HttpRequestException => RefinementOutcome.UpstreamRefusedSample,
        _ => RefinementOutcome.InternalError,
    };

    [LoggerMessage(100, LogLevel.Error,
        "A search could not be refined because of a fault in EsRefine; the original was sent. Please report this with the stack.")]
    private static partial void LogInternalError(ILogger logger, Exception exception);

    [LoggerMessage(101, LogLevel.Information,
        "Shadow: a search of {Index} on field {Field} would have been {Outcome} (judged {Judged} of {Sampled}, angle {Angle:0.###}){Detail}")]
    private static partial void LogShadow(
        ILogger logger, string index, string field, string outcome, int judged, int sampled, float angle, string detail);

    [LoggerMessage(102, LogLevel.Warning, "Learn: a search could not be refined behind its reply ({Fault}: {Reason}); the next one tries again")]
    private static partial void LogNotLearnt(ILogger logger, string fault, string reason);
}
