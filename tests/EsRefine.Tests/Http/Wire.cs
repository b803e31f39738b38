using EsRefine.TestSupport;

namespace EsRefine.Tests.Http;

/// <summary>
/// A message head without the few things the door may change: the case of header names, their order among different names, where the chunks of a chunked
/// body are cut, hop-by-hop headers, and that repeated request headers become one comma-separated line.
/// </summary>
internal static class Wire
{
    private static readonly string[] HopByHop = ["connection", "keep-alive", "te", "upgrade", "proxy-connection"];

    public static string OfRequest(HttpBytes request) =>
        Text(request.StartLine, Lines(request).GroupBy(line => line.Key).Select(lines => KeyValuePair.Create(lines.Key, string.Join(", ", lines.Select(line => line.Value)))));

    public static string OfReply(HttpBytes reply) => Text(reply.StartLine, Lines(reply));

    private static IEnumerable<KeyValuePair<string, string>> Lines(HttpBytes message) =>
        message.Headers
            .Select(header => KeyValuePair.Create(header.Key.ToUpperInvariant().ToLowerInvariant(), header.Value))
            .Where(header => !HopByHop.Contains(header.Key))
            .OrderBy(header => header.Key, StringComparer.Ordinal);

    private static string Text(string startLine, IEnumerable<KeyValuePair<string, string>> headers) =>
        string.Join('\n', [startLine, .. headers.Select(header => $"{header.Key}: {header.Value}")]);
}
