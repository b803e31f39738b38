using Yarp.ReverseProxy.Forwarder;

namespace EsRefine.Http;

/// <summary>What the data listener says. Ids from 101.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Warning, "No answer, or no whole one, from {Node}; the client's connection is closed as the cluster's was ({Error}): {Reason}")]
    public static partial void UpstreamFailed(this ILogger logger, Uri node, ForwarderError error, string? reason);

    [LoggerMessage(102, LogLevel.Information,
        "A search body goes through unread: it has more than {Limit} bytes (maxSearchBodyBytes), or those being answered fill a quarter of the memory")]
    public static partial void SearchBodyTooLarge(this ILogger logger, int limit);

    [LoggerMessage(103, LogLevel.Information, "Refused with 400 and not forwarded: {Reason}")]
    public static partial void AmbiguousRequest(this ILogger logger, string reason);
}
