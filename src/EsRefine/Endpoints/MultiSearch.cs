using EsRefine.Recognition;
using EsRefine.Telemetry;

namespace EsRefine.Endpoints;

/// <summary>The path of one search: <see cref="RefinedSearch.PrepareAsync"/>, or one that leads there.</summary>
/// <exception cref="OperationCanceledException">The caller is gone. Nothing else is thrown.</exception>
internal delegate ValueTask<PreparedSearch> SearchPath(SearchRequest search, CancellationToken cancellationToken);

/// <summary><c>_msearch</c>: every line goes its own way, several at once, and none touches another.</summary>
internal static class MultiSearch
{
    /// <summary>Searches of one body that are worked on at the same time; the permits of <c>maxConcurrentSearches</c> count each.</summary>
    public const int Concurrency = 8;

    /// <summary>Prepares the searches of a body. Of the result only query vectors differ from what came in.</summary>
    /// <param name="request">The body with all its lines; what the URL says.</param>
    /// <param name="path">The way of one search.</param>
    /// <param name="maxSearchBytes">A longer search passes through, as it does alone.</param>
    /// <param name="isTooLate">Whether every deadline has passed: what has not had its turn by then is not looked at any more.</param>
    public static async ValueTask<PreparedSearch> PrepareAsync(
        SearchRequest request, SearchPath path, int maxSearchBytes, Func<bool> isTooLate, CancellationToken cancellationToken)
    {
        if (MultiSearchBody.Read(request.Body.Span) is not { } items)
        {
            return PreparedSearch.Original(request, RefinementOutcome.NoKnnClause);
        }

        PreparedSearch?[] prepared = new PreparedSearch?[items.Count];
        PreparedSearch late = PreparedSearch.Original(request, RefinementOutcome.DeadlinePassed);
        ParallelOptions options = new() { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };

        // First pages first: a later page of the same body goes out with the vector of its first one.
        ILookup<bool, int> pages = Enumerable.Range(0, items.Count).ToLookup(i => MayBeLaterPage(items[i].Body.Of(request.Body.Span)));
        await Parallel.ForEachAsync(pages[false], options, PrepareAsync);
        await Parallel.ForEachAsync(pages[true], options, PrepareAsync);
        return Assemble(request, items, prepared);

        async ValueTask PrepareAsync(int i, CancellationToken token)
        {
            if (items[i].Body.Length > maxSearchBytes)
            {
                return;
            }

            if (isTooLate())
            {
                if (Recognizer.MayHoldKnn(items[i].Body.Of(request.Body.Span)))
                {
                    prepared[i] = late;
                    EsRefineMeter.RecordSearch(late.Summary, TimeSpan.Zero);
                }
            }
            else if (Describe(request, items[i]) is { } search)
            {
                prepared[i] = await path(search, token);
            }
        }
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
                int start = items[i].Body.Start;
                edits.AddRange(rewritten.Edits.Select(edit => edit with { Range = edit.Range with { Start = start + edit.Range.Start } }));
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
