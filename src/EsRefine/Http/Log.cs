using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>What the data listener logs. Ids 200–299.</summary>
internal static partial class Log
{
    [LoggerMessage(201, LogLevel.Warning,
        "{Node} sent no reply or only a part of one ({Error}); the client's connection is closed, as the cluster closed its own: {Reason}")]
    public static partial void UpstreamFailed(this ILogger logger, Uri node, ForwarderError error, string? reason);

    [LoggerMessage(202, LogLevel.Information,
        "A search is forwarded unread: its body is larger than {Limit} bytes (maxSearchBodyBytes), the memory budget (maxBufferedMebibytes) has no room for it, "
        + "or it takes too long to arrive")]
    public static partial void SearchBodyTooLarge(this ILogger logger, int limit);

    [LoggerMessage(203, LogLevel.Information, "A request was refused with 400 and not forwarded: {Reason}")]
    public static partial void AmbiguousRequest(this ILogger logger, string reason);
}
