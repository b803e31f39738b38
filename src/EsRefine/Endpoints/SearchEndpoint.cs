namespace EsRefine.Endpoints;

/// <summary>Endpoints whose body can hold a kNN clause.</summary>
internal enum SearchEndpointKind
{
    /// <summary>Any other request: it is forwarded unread.</summary>
    None,

    /// <summary><c>[/{index}]/_search</c>.</summary>
    Search,

    /// <summary><c>[/{index}]/_msearch</c>.</summary>
    MultiSearch,

    /// <summary><c>[/{index}]/_search/template</c>.</summary>
    SearchTemplate,

    /// <summary><c>[/{index}]/_msearch/template</c>.</summary>
    MultiSearchTemplate,

    /// <summary>Elasticsearch <c>[/{index}]/_async_search</c>, submitted.</summary>
    AsyncSearch,

    /// <summary>OpenSearch <c>/_plugins/_asynchronous_search</c>, submitted; the index is in the query string.</summary>
    AsynchronousSearch,

    /// <summary>Elasticsearch 8 <c>/{index}/_knn_search</c>.</summary>
    KnnSearch,
}

/// <summary>The endpoint of a request by its method and target, before its body is read.</summary>
/// <param name="Kind">The endpoint.</param>
/// <param name="Index">Index expression exactly as sent, percent-encoding included; empty where the path names none.</param>
internal readonly record struct SearchEndpoint(SearchEndpointKind Kind, string Index)
{
    private static readonly SearchEndpoint None = new(SearchEndpointKind.None, "");

    /// <summary>
    /// Compares raw segments as the engines' routers do, decoding nothing: a path that only looks like a search after decoding or normalizing is not one.
    /// Trailing slashes are ignored, and an empty index means all indices.
    /// </summary>
    /// <param name="method">As sent.</param>
    /// <param name="rawTarget">The request target as sent, in origin form; what follows a question mark is ignored.</param>
    public static SearchEndpoint Recognize(string method, ReadOnlySpan<char> rawTarget)
    {
        bool isPost = method == "POST";
        if (!isPost && method != "GET")
        {
            return None;
        }

        int query = rawTarget.IndexOf('?');
        ReadOnlySpan<char> path = query < 0 ? rawTarget : rawTarget[..query];
        if (path.IsEmpty || path[0] != '/')
        {
            return None;
        }

        path = path[1..].TrimEnd('/');
        if (isPost && path.SequenceEqual("_plugins/_asynchronous_search"))
        {
            return new(SearchEndpointKind.AsynchronousSearch, "");
        }

        bool isOfAll = path is ['/', ..];   // an empty index: the parameter "index" is ignored
        path = isOfAll ? path[1..] : path;
        int slash = path.IndexOf('/');
        ReadOnlySpan<char> first = slash < 0 ? path : path[..slash];
        bool hasIndex = !isOfAll && IndexExpression.IsSegment(first);
        if (hasIndex && slash < 0)
        {
            return None;
        }

        SearchEndpointKind kind = (hasIndex ? path[(slash + 1)..] : path) switch
        {
            "_search" => SearchEndpointKind.Search,
            "_msearch" => SearchEndpointKind.MultiSearch,
            "_search/template" => SearchEndpointKind.SearchTemplate,
            "_msearch/template" => SearchEndpointKind.MultiSearchTemplate,
            "_async_search" when isPost => SearchEndpointKind.AsyncSearch,
            "_knn_search" when hasIndex => SearchEndpointKind.KnnSearch,
            _ => SearchEndpointKind.None,
        };
        return kind == SearchEndpointKind.None ? None : new(kind, isOfAll ? "_all" : hasIndex ? first.ToString() : "");
    }
}
