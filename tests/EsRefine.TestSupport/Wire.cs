namespace EsRefine.TestSupport;

/// <summary>
/// Normalizes a message so that two can be compared as text. It ignores what the sidecar may change (see <c>docs/wire-differences.md</c>): the case of header
/// names, the order of headers with different names, the chunk boundaries of a chunked body, hop-by-hop headers, and EsRefine's own headers, which are
/// removed from requests and added to replies.
/// </summary>
public static class Wire
{
    private static readonly string[] HopByHop = ["connection", "keep-alive", "te", "upgrade", "proxy-connection"];

    /// <summary>A request's head.</summary>
    public static string OfRequest(HttpBytes request) =>
        Text(request.StartLine, Lines(request, static name => name.StartsWith("esrefine-", StringComparison.Ordinal)));

    /// <summary>A reply's head.</summary>
    /// <param name="withOurs">False: omits the headers that the sidecar adds to the reply to a kNN search.</param>
    public static string OfReply(HttpBytes reply, bool withOurs = true) =>
        Text(reply.StartLine, Lines(reply, name => !withOurs && name is ("esrefine" or "server-timing")));

    private static IEnumerable<KeyValuePair<string, string>> Lines(HttpBytes message, Func<string, bool> isOurs) =>
        message.Headers
            .Select(static header => KeyValuePair.Create(header.Key.ToUpperInvariant().ToLowerInvariant(), header.Value))
            .Where(header => !HopByHop.Contains(header.Key) && !isOurs(header.Key))
            .OrderBy(static header => header.Key, StringComparer.Ordinal);

    private static string Text(string startLine, IEnumerable<KeyValuePair<string, string>> headers) =>
        string.Join('\n', [startLine, .. headers.Select(static header => $"{header.Key}: {header.Value}")]);
}
