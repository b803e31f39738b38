using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Settings;
using EsRefine.Targets;
using EsRefine.Telemetry;

namespace EsRefine.Endpoints;

/// <summary>The way of one search of many, or of a rendered one: it leads through the entrance again, so that a fault in it is its own.</summary>
/// <exception cref="OperationCanceledException">The client has left. Nothing else is thrown.</exception>
internal delegate ValueTask<PreparedSearch> SearchPath(SearchRequest search, CancellationToken gone);

/// <summary><c>_msearch</c>: every line goes its own way, several at once, and none touches another.</summary>
/// <param name="path">The way of one search.</param>
internal sealed class MultiSearch(SearchPath path, TargetTable targets, EsRefineSettings settings, EsRefineMeter meter, TimeProvider timeProvider)
{
    /// <summary>Searches of one body that are worked on at the same time; the permits of <c>maxConcurrentSearches</c> count each.</summary>
    public const int Concurrency = 8;

    /// <summary>The judgments of a body: so many times those of one search, as with the bytes.</summary>
    private const int SearchesPerAllowance = 4;

    /// <summary>
    /// Prepares the searches of a body, those no larger than <c>maxSearchBodyBytes</c>. The result differs from what came in only in query vectors. The
    /// searches share one deadline: those whose turn comes after it are forwarded unchanged.
    /// </summary>
    public async ValueTask<PreparedSearch> PrepareAsync(SearchRequest received, CancellationToken gone)
    {
        if (MultiSearchBody.Read(received.Body.Span) is not { } items)
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

        // First pages first: a later page of the same body goes out with the vector of its first one.
        ILookup<bool, int> pages = Enumerable.Range(0, items.Count).ToLookup(i => MayBeLaterPage(items[i].Body.Of(request.Body.Span)));
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
                prepared[i] = await path(search, token);
            }
        }
    }

    /// <summary>What has not had its turn by the deadline is not looked at any more, but counted. Null: it holds no kNN clause.</summary>
    private PreparedSearch? TooLate(SearchRequest request, MultiSearchItem item)
    {
        if (!Recognizer.MayHoldKnn(item.Body.Of(request.Body.Span)))
        {
            return null;
        }

        PreparedSearch late = PreparedSearch.Original(request, RefinementOutcome.DeadlinePassed);
        meter.RecordSearch(late.Summary, TimeSpan.Zero);
        return late;
    }

    private static bool MayBeLaterPage(ReadOnlySpan<byte> search) =>
        (search.IndexOf("\"from\""u8) >= 0 || search.IndexOf("\"search_after\""u8) >= 0) && Recognizer.Recognize(search)?.IsFirstPage(queryString: "") is false;

    /// <summary>Null: its indices cannot stand in a path of ours.</summary>
    private static SearchRequest? Describe(SearchRequest request, MultiSearchItem item)
    {
        string? index = item.Header.Indices is { } names ? IndexExpression.OfNames(names) : request.Index;
        return index is null
            ? null
            : request with { Index = index, QueryString = item.Header.Over(request.QueryString), Body = request.Body.Slice(item.Body.Start, item.Body.Length) };
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

            if (prepared[i] is { Outcome: not RefinementOutcome.NoKnnClause } told)
            {
                summaries.Add(told.Summary);
            }
        }

        RefinementSummary summary = RefinementSummary.OfMany(summaries);
        return new(request.Body, edits, summary) { MayFailInPart = Array.Exists(prepared, static item => item?.MayFailInPart == true) };
    }
}
