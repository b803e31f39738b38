using EsRefine.Endpoints;
using Xunit;

namespace EsRefine.Tests.Endpoints;

public sealed class SearchEndpointTests
{
    [Theory]
    [InlineData("/_search", nameof(SearchEndpointKind.Search), "")]
    [InlineData("/_search?pretty", nameof(SearchEndpointKind.Search), "")]
    [InlineData("/notes/_search?q=/_msearch", nameof(SearchEndpointKind.Search), "notes")]
    [InlineData("/_all/_search", nameof(SearchEndpointKind.Search), "_all")]
    [InlineData("/a,b-*,-c/_search", nameof(SearchEndpointKind.Search), "a,b-*,-c")]
    [InlineData("/a%2Cb/_search", nameof(SearchEndpointKind.Search), "a%2Cb")]
    [InlineData("/%3Clogs-%7Bnow%2Fd%7D%3E/_search", nameof(SearchEndpointKind.Search), "%3Clogs-%7Bnow%2Fd%7D%3E")]
    [InlineData("/remote:logs/_search", nameof(SearchEndpointKind.Search), "remote:logs")]
    [InlineData("/.kibana/_search", nameof(SearchEndpointKind.Search), ".kibana")]
    [InlineData("/_msearch", nameof(SearchEndpointKind.MultiSearch), "")]
    [InlineData("/notes/_msearch", nameof(SearchEndpointKind.MultiSearch), "notes")]
    [InlineData("/_search/template", nameof(SearchEndpointKind.SearchTemplate), "")]
    [InlineData("/notes/_search/template", nameof(SearchEndpointKind.SearchTemplate), "notes")]
    [InlineData("/_msearch/template", nameof(SearchEndpointKind.MultiSearchTemplate), "")]
    [InlineData("/notes/_async_search", nameof(SearchEndpointKind.AsyncSearch), "notes")]
    [InlineData("/_plugins/_asynchronous_search?index=notes", nameof(SearchEndpointKind.AsynchronousSearch), "")]
    [InlineData("/notes/_knn_search", nameof(SearchEndpointKind.KnnSearch), "notes")]
    [InlineData("/_search/", nameof(SearchEndpointKind.Search), "")]
    [InlineData("/notes/_search//?pretty", nameof(SearchEndpointKind.Search), "notes")]
    [InlineData("/_msearch/", nameof(SearchEndpointKind.MultiSearch), "")]
    [InlineData("/notes/_msearch/", nameof(SearchEndpointKind.MultiSearch), "notes")]
    [InlineData("/_search/template/", nameof(SearchEndpointKind.SearchTemplate), "")]
    [InlineData("/_plugins/_asynchronous_search/?index=notes", nameof(SearchEndpointKind.AsynchronousSearch), "")]
    [InlineData("//_search?index=notes", nameof(SearchEndpointKind.Search), "_all")]
    [InlineData("//_msearch/", nameof(SearchEndpointKind.MultiSearch), "_all")]
    public void Searches_are_told_by_exact_segments(string target, string kind, string index)
    {
        Assert.Equal(new SearchEndpoint(Enum.Parse<SearchEndpointKind>(kind), index), SearchEndpoint.Recognize("POST", target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData("_search")]
    [InlineData("///_search")]
    [InlineData("//notes/_search")]
    [InlineData("/notes//_search")]
    [InlineData("/_search//template")]
    [InlineData("//_plugins/_asynchronous_search")]
    [InlineData("//")]
    [InlineData("/%5Fsearch")]
    [InlineData("/notes/_searc%68")]
    [InlineData("/notes%2F_search")]
    [InlineData("/notes/_SEARCH")]
    [InlineData("/./_search")]
    [InlineData("/../_search")]
    [InlineData("/%2e%2E/_search")]
    [InlineData("/.%2e/_search")]
    [InlineData("/x/../_search")]
    [InlineData("/notes/./_search")]
    [InlineData("/notes\\x/_search")]
    [InlineData("/notes x/_search")]
    [InlineData("/caf\u00e9/_search")]
    [InlineData("/notes#/_search")]
    [InlineData("/notes/_search#")]
    [InlineData("/notes/_search;v=1")]
    [InlineData("/notes/_doc/_search")]
    [InlineData("/_search/scroll")]
    [InlineData("/_search/scroll/abc")]
    [InlineData("/_search/pipeline/p")]
    [InlineData("/_search/point_in_time")]
    [InlineData("/notes/_search/point_in_time")]
    [InlineData("/_async_search/abc")]
    [InlineData("/_async_search/status/abc")]
    [InlineData("/_knn_search")]
    [InlineData("/_plugins/_asynchronous_search/abc")]
    [InlineData("/_plugins/_knn/models/_search")]
    [InlineData("/_plugins/_search")]
    [InlineData("/_application/search_application/a/_search")]
    [InlineData("/notes/_count")]
    [InlineData("/notes/_delete_by_query")]
    [InlineData("/notes/_search_shards")]
    [InlineData("/_render/template")]
    [InlineData("http://host/notes/_search")]
    [InlineData("/?/_search")]
    public void Whatever_only_looks_like_a_search_is_none(string target)
    {
        Assert.Equal(SearchEndpointKind.None, SearchEndpoint.Recognize("POST", target).Kind);
    }

    [Theory]
    [InlineData("GET", "/notes/_search", nameof(SearchEndpointKind.Search))]
    [InlineData("HEAD", "/notes/_search", nameof(SearchEndpointKind.None))]
    [InlineData("PUT", "/notes/_search", nameof(SearchEndpointKind.None))]
    [InlineData("DELETE", "/_search", nameof(SearchEndpointKind.None))]
    [InlineData("get", "/notes/_search", nameof(SearchEndpointKind.None))]
    [InlineData("GET", "/_async_search", nameof(SearchEndpointKind.None))]
    [InlineData("GET", "/_plugins/_asynchronous_search", nameof(SearchEndpointKind.None))]
    public void Methods_count(string method, string target, string kind)
    {
        Assert.Equal(kind, SearchEndpoint.Recognize(method, target).Kind.ToString());
    }
}
