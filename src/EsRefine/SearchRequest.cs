namespace EsRefine;

/// <summary>One search as a listener received it: everything that the pipeline needs.</summary>
internal sealed record SearchRequest
{
    /// <summary>Index expression of the path exactly as sent (percent-encoding included), without slashes; empty = all indices or a PIT.</summary>
    public required string Index { get; init; }

    /// <summary>Raw query string with its question mark, or empty.</summary>
    public string QueryString { get; init; } = "";

    /// <summary>
    /// The JSON body, inflated where the client compressed it. Its buffer is never reused: shadowed and learning searches read it behind the reply.
    /// </summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The caller's headers: their credentials go on every extra request (see <c>Upstream/CallerHeaders</c>).</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>Query text named by the caller (header <c>EsRefine-Query</c>, gRPC <c>query_text</c>); serves every clause of the request.</summary>
    public string? QueryText { get; init; }

    /// <summary>Mode named by the caller (header or gRPC metadata <c>EsRefine-Mode</c>): lowers the target's, see <see cref="RefinementModes"/>.</summary>
    public RefinementMode? Mode { get; init; }

    /// <summary>Rule named by the caller (gRPC, <c>eval</c>), over the target's.</summary>
    public Refinement.IRefinementRule? Rule { get; init; }

    /// <summary>Deadline named by the caller (gRPC), over the target's.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Longest time for refinement, whoever sets the deadline: the time the caller waits, less the time for the cluster's answer. Null: no limit.
    /// </summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Whether it is refined without the cache, so that its judgments can be shown (evaluation, the demo).</summary>
    public bool IsFresh { get; init; }

    /// <summary>
    /// When the deadline's clock started (<see cref="TimeProvider.GetTimestamp"/>), where that was earlier: the searches of one request share one deadline.
    /// Null: it starts
    /// with the search.
    /// </summary>
    public long? Arrived { get; init; }

    /// <summary>Judgments left to the request that this search is one of; null: the search has an allowance of its own.</summary>
    public JudgmentAllowance? Judgments { get; init; }

    /// <summary>A copy with headers that outlive the request and may be read concurrently. Kestrel's are reused for the next request.</summary>
    // Kestrel also lends concurrent readers one and the same enumerator. Each would miss some headers, and a request without its caller's credentials is
    // another caller's.
    public SearchRequest WithOwnHeaders() => Headers is HeaderDictionary ? this : this with
    {
        Headers = new HeaderDictionary(Headers.ToDictionary(static header => header.Key, static header => header.Value, StringComparer.OrdinalIgnoreCase)),
    };
}

/// <summary>What is done with a search that could be refined.</summary>
internal enum RefinementMode
{
    /// <summary>Wait up to the deadline, send the refined search.</summary>
    Refine,

    /// <summary>Send the original, record what would have changed.</summary>
    Shadow,

    /// <summary>Send the original, refine in the background, and use the refined vector from the next search on.</summary>
    Learn,

    /// <summary>Forward unchanged.</summary>
    Off,
}

/// <summary>The order of the modes, the one that changes most first: <c>refine</c>, <c>learn</c>, <c>shadow</c>, <c>off</c>.</summary>
internal static class RefinementModes
{
    /// <summary>The lower of two modes.</summary>
    public static RefinementMode Lower(RefinementMode one, RefinementMode other) => Rank(one) < Rank(other) ? one : other;

    private static int Rank(RefinementMode mode) => mode switch
    {
        RefinementMode.Refine => 3,
        RefinementMode.Learn => 2,
        RefinementMode.Shadow => 1,
        _ => 0,
    };
}
