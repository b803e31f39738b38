namespace EsRefine.Http;

/// <summary>A request whose reply tells clients where the nodes are: the <c>_nodes/http</c> family (<c>knn-wire</c> §6).</summary>
internal enum SniffRequest
{
    /// <summary>Any other request.</summary>
    None,

    /// <summary>Nodes with all that is known of them, for people and monitoring: every node stays in the reply.</summary>
    Inspection,

    /// <summary>Nothing but addresses, and settings perhaps: a client fills its pool with what comes back, so one entry is enough.</summary>
    Pool,
}

/// <inheritdoc cref="SniffRequest"/>
internal static class SniffRequests
{
    private const string Root = "/_nodes";

    /// <summary>Compares raw segments, decoding nothing: <c>/_nodes[/{nodes}][/{metrics}]</c>.</summary>
    public static SniffRequest Recognize(string method, ReadOnlySpan<char> path)
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal) || !HttpMethods.IsGet(method))
        {
            return SniffRequest.None;
        }

        ReadOnlySpan<char> rest = path[Root.Length..].TrimEnd('/');   // to the engines slashes at the end are none
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
