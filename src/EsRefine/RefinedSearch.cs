namespace EsRefine;

/// <summary>THE STORY: one search, one line per stage; start reading here.</summary>
internal sealed class RefinedSearch
{
    /// <summary>Returns the search to send upstream: refined, or the one that came in and the reason why. Never throws but for the caller's own cancellation.</summary>
    public ValueTask<PreparedSearch> PrepareAsync(SearchRequest search, CancellationToken cancellationToken)
    {
        throw new NotSupportedException();
    }
}
