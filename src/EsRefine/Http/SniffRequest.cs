namespace EsRefine.Http;

/// <summary>A request whose reply holds the addresses of the nodes: the <c>_nodes/http</c> family.</summary>
internal enum SniffRequest
{
    /// <summary>Any other request.</summary>
    None,

    /// <summary>Full node information, for people and monitoring. The reply keeps every node.</summary>
    Inspection,

    /// <summary>Only addresses, possibly with settings: a client that fills its connection pool. The reply keeps one node.</summary>
    Pool,
}

/// <inheritdoc cref="SniffRequest"/>
internal static class SniffRequests
{
    private const string Root = "/_nodes";

    /// <summary>Matches <c>/_nodes[/{nodes}][/{metrics}]</c> on raw path segments, without decoding.</summary>
    public static SniffRequest Recognize(string method, ReadOnlySpan<char> path)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal) || !HttpMethods.IsGet(method))
        {
            return SniffRequest.None;
        }

        ReadOnlySpan<char> rest = path[Root.Length..].TrimEnd('/');   // the engines ignore trailing slashes
        if (rest.IsEmpty)
        {
            return SniffRequest.Inspection;
        }

        if (rest[0] != '/')
        {
            return SniffRequest.None;
        }

        rest = rest[1..];
        int slash = rest.IndexOf('/');
        ReadOnlySpan<char> metrics = slash < 0 ? rest : rest[(slash + 1)..];
        if (metrics.IsEmpty || metrics.Contains('/') || metrics is "stats" or "usage" or "hot_threads" or "hotthreads" or "reload_secure_settings")
        {
            return SniffRequest.None;
        }

        return IsPool(metrics) ? SniffRequest.Pool : SniffRequest.Inspection;
    }

    private static bool IsPool(ReadOnlySpan<char> metrics)
    {
        bool http = false;
        foreach (Range range in metrics.Split(','))
        {
            switch (metrics[range])
            {
                case "http":
                    http = true;
                    break;
                case "settings":
                    break;
                default:
                    return false;
            }
        }

        return http;
    }
}
