namespace EsRefine.TestSupport;

/// <summary>
/// A message without the few things the sidecar may change, so that what is left can be compared as text. The list, which <c>docs/wire-differences.md</c>
/// explains: the case of header names; their order among different names; where the chunks of a chunked body are cut; hop-by-hop headers; our own headers,
/// consumed from requests and added to replies.
/// </summary>
public static class Wire
{
    private static readonly string[] HopByHop = ["connection", "keep-alive", "te", "upgrade", "proxy-connection"];

    /// <summary>A request's head.</summary>
    public static string OfRequest(HttpBytes request) =>
        Text(request.StartLine, Lines(request, static name => name.StartsWith("esrefine-", StringComparison.Ordinal)));

    /// <summary>A reply's head.</summary>
    /// <param name="withOurs">False: leaves out what the sidecar adds to the reply of a kNN search.</param>
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
