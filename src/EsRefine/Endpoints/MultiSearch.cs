using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;

namespace EsRefine.Endpoints;

/// <summary>Prepares one search of many, or a rendered one, by <see cref="RefinedRequest"/>, so that a fault affects that search alone.</summary>
/// <exception cref="OperationCanceledException">The client has left. Nothing else is thrown.</exception>
internal delegate ValueTask<PreparedSearch> SearchPreparation(SearchRequest search, CancellationToken gone);

/// <summary><c>_msearch</c>: each search is prepared on its own, several at once.</summary>
/// <param name="prepare">Prepares one search.</param>
internal sealed class MultiSearch(SearchPreparation prepare, TargetTable targets, EsRefineSettings settings, EsRefineMeter meter, TimeProvider timeProvider)
{
    /// <summary>Searches of one body that are prepared at the same time; the permits of <c>maxConcurrentSearches</c> count each.</summary>
    public const int Concurrency = 8;

    /// <summary>The judgments of a body: so many times those of one search, as with the bytes.</summary>
    private const int SearchesPerAllowance = 4;

    /// <summary>
    /// Prepares the searches of a body, those no larger than <c>maxSearchBodyBytes</c>. The result differs from what came in only in query vectors. The
    /// searches share one deadline: searches that start after it are forwarded unchanged.
    /// </summary>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest received, CancellationToken gone)
    {
        if (MultiSearchBody.Read(received.Body) is not { } items)
        {
            return PreparedSearch.Original(received, RefinementOutcome.NoKnnClause);
        }

        long arrived = timeProvider.GetTimestamp();
        SearchRequest request = received.WithOwnHeaders() with
        {
            Arrived = arrived,
            Judgments = new(SearchesPerAllowance * settings.MaxJudgments),
        };
        PreparedSearch?[] prepared = new PreparedSearch?[items.Count];
        ParallelOptions options = new() { MaxDegreeOfParallelism = Concurrency, CancellationToken = gone };

        // First pages first: a later page in the same body uses the vector of its first page.
        ILookup<bool, int> pages = Enumerable.Range(0, items.Count).ToLookup(i => MayBeLaterPage(items[i].Body));
        await Parallel.ForEachAsync(pages[false], options, PrepareItemAsync);
        await Parallel.ForEachAsync(pages[true], options, PrepareItemAsync);
        return Assemble(request, items, prepared);

        async ValueTask PrepareItemAsync(int i, CancellationToken token)
        {
            if (items[i].Body.Length > settings.MaxSearchBodyBytes)
            {
                return;
            }

            if (timeProvider.GetElapsedTime(arrived) >= targets.LongestDeadline)
            {
                prepared[i] = TooLate(request, items[i]);
            }
            else if (Describe(request, items[i]) is { } search)
            {
                prepared[i] = await prepare(search, token);
            }
        }
    }

    /// <summary>A search that starts after the deadline is counted, but not recognized. Null: it holds no kNN clause.</summary>
    private PreparedSearch? TooLate(SearchRequest request, MultiSearchItem item)
    {
        if (!Recognizer.MayHoldKnn(item.Body.Span))
        {
            return null;
        }

        PreparedSearch late = PreparedSearch.Original(request, RefinementOutcome.DeadlinePassed);
        meter.RecordSearch(late.Summary, TimeSpan.Zero);
        return late;
    }

    private static bool MayBeLaterPage(BodySlice search) =>
        (search.Span.IndexOf("\"from\""u8) >= 0 || search.Span.IndexOf("\"search_after\""u8) >= 0)
        && Recognizer.Recognize(search.Bytes)?.IsFirstPage(queryString: "") is false;

    /// <summary>Null: its indices cannot be part of a path.</summary>
    private static SearchRequest? Describe(SearchRequest request, MultiSearchItem item)
    {
        string? index = item.Header.Indices is { } names ? IndexExpression.OfNames(names) : request.Index;
        return index is null
            ? null
            : request with { Index = index, QueryString = item.Header.Over(request.QueryString), Body = item.Body.Bytes };
    }

    private static PreparedSearch Assemble(SearchRequest request, List<MultiSearchItem> items, PreparedSearch?[] prepared)
    {
        List<BodyEdit> edits = [];
        List<RefinementSummary> summaries = [];
        for (int i = 0; i < prepared.Length; i++)
        {
            if (prepared[i] is { IsRewritten: true } rewritten)
            {
                edits.Add(new(items[i].Body, rewritten.Body));
            }

            if (prepared[i] is { Outcome: not RefinementOutcome.NoKnnClause } counted)
            {
                summaries.Add(counted.Summary);
            }
        }

        RefinementSummary summary = RefinementSummary.OfMany(summaries);
        return new(request.Body, edits, summary) { MayFailInPart = Array.Exists(prepared, static item => item?.MayFailInPart == true) };
    }
}
