namespace EsRefine.Upstream;

/// <summary>What is logged of the cluster's nodes. Ids 900–999.</summary>
internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Warning, "Node {Node} is unreachable ({Reason}): it gets no requests while another node is reachable; check upstream.urls")]
    public static partial void NodeUnreachable(this ILogger logger, Uri node, string reason);

    [LoggerMessage(901, LogLevel.Information, "Node {Node} is reachable again")]
    public static partial void NodeReachable(this ILogger logger, Uri node);
}
