using EsRefine.Http;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.Tests.Upstream;

public class CallerHeadersTests
{
    [Fact]
    public void An_extra_request_carries_the_callers_identity_but_not_their_message()
    {
        HeaderDictionary caller = new()
        {
            ["Authorization"] = "ApiKey abc",
            ["es-security-runas-user"] = "ada",
            ["X-Company-Tenant"] = "blue",
            ["X-Opaque-Id"] = "app-7",
            ["Host"] = "search.example",
            ["X-Forwarded-Host"] = "shop.example",
            ["Proxy-Authorization"] = "Basic abc",
            ["Content-Type"] = "application/vnd.elasticsearch+json; compatible-with=9",
            ["Content-Encoding"] = "gzip",
            ["Accept"] = "application/vnd.elasticsearch+json; compatible-with=9",
            ["Accept-Encoding"] = "gzip",
            ["Connection"] = "close, X-Hop",
            ["X-Hop"] = "1",
            ["x-elastic-client-meta"] = "es=9",
            ["EsRefine-Query"] = "secret words",
        };
        using HttpRequestMessage request = new(HttpMethod.Post, "http://cluster:9200/_search");

        CallerHeaders.CopyTo(request, caller);

        Assert.Equal(
            [
                "Authorization: ApiKey abc", "Host: search.example", "Proxy-Authorization: Basic abc", "X-Company-Tenant: blue",
                "X-Forwarded-Host: shop.example", "X-Opaque-Id: app-7/esrefine", "es-security-runas-user: ada",
            ],
            request.Headers.Select(static header => $"{header.Key}: {string.Join(",", header.Value)}").Order(StringComparer.Ordinal));
    }

    // What Connection nominates ends with the connection, unless the message would be another one without it.
    [Theory]
    [InlineData("es-security-runas-user", true)]
    [InlineData("ES-Security-RunAs-User", true)]
    [InlineData("Authorization", true)]
    [InlineData("es-secondary-authorization", true)]
    [InlineData("opendistro_security_impersonate_as", true)]
    [InlineData("securitytenant", true)]
    [InlineData("Cookie", true)]
    [InlineData("Proxy-Authorization", true)]
    [InlineData("Host", true)]
    [InlineData("X-Company-Tenant", false)]
    [InlineData("X-Forwarded-Host", false)]
    public async Task A_nominated_header_is_kept_or_stripped_on_our_requests_as_on_the_clients_own(string name, bool isKept)
    {
        DefaultHttpContext context = new();
        context.Request.Method = "POST";
        context.Request.Headers["Connection"] = "keep-alive, " + name;
        context.Request.Headers[name] = "blue.example";
        using HttpRequestMessage forwarded = new();
        using HttpRequestMessage ours = new(HttpMethod.Post, "http://cluster:9200/_search");

        await new VerbatimTransformer(new Uri("http://cluster:9200"), RawTarget.Of(context), summary: null)
            .TransformRequestAsync(context, forwarded, "", TestContext.Current.CancellationToken);
        CallerHeaders.CopyTo(ours, context.Request.Headers);
        string scope = CallerHeaders.Scope(context.Request.Headers);
        context.Request.Headers[name] = "green.example";

        Assert.Equal(isKept, forwarded.Headers.TryGetValues(name, out _));
        Assert.Equal(isKept, ours.Headers.TryGetValues(name, out _));
        Assert.Equal(isKept, scope != CallerHeaders.Scope(context.Request.Headers));
    }

    [Fact]
    public void Over_TLS_the_host_is_the_nodes()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "https://cluster:9200/_search");
        CallerHeaders.CopyTo(request, new HeaderDictionary { ["Host"] = "search.example" });
        Assert.Null(request.Headers.Host);
    }

    [Theory]
    [InlineData("Host", "blue.example", "green.example", true)]
    [InlineData("Host", "127.0.0.1:9280", "127.0.0.1:9281", false)]   // two sidecars, not two clusters
    [InlineData("Host", "localhost:9280", "[::1]:9281", false)]
    [InlineData("X-Forwarded-Host", "blue.example", "green.example", true)]
    [InlineData("X-Forwarded-Proto", "http", "https", true)]
    [InlineData("Forwarded", "host=blue.example", "host=green.example", true)]
    [InlineData("Proxy-Authorization", "Basic a", "Basic b", true)]
    [InlineData("Origin", "https://blue.example", "https://green.example", true)]
    [InlineData("X-Envoy-Original-Path", "/blue", "/green", true)]
    [InlineData("X-Envoy-Attempt-Count", "1", "2", false)]
    [InlineData("traceparent", "1", "2", false)]
    public void What_the_clusters_side_may_route_by_belongs_to_the_identity(string name, string one, string other, bool differ)
    {
        Assert.Equal(differ, CallerHeaders.Scope(new HeaderDictionary { [name] = one }) != CallerHeaders.Scope(new HeaderDictionary { [name] = other }));
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256 Credential=x")]
    [InlineData("Negotiate YII")]
    public void Credentials_bound_to_one_request_cannot_be_used_for_a_sample(string authorization)
    {
        Assert.NotNull(CallerHeaders.WhyNotDelegable(new HeaderDictionary { ["Authorization"] = authorization }));
        Assert.NotNull(CallerHeaders.WhyNotDelegable(new HeaderDictionary { ["Proxy-Authorization"] = authorization }));
    }

    [Fact]
    public void Callers_with_different_credentials_have_different_scopes_and_the_scope_hides_them()
    {
        string one = CallerHeaders.Scope(new HeaderDictionary { ["Authorization"] = "ApiKey one" });
        string two = CallerHeaders.Scope(new HeaderDictionary { ["Authorization"] = "ApiKey two" });
        string moved = CallerHeaders.Scope(new HeaderDictionary { ["Cookie"] = "ApiKey one" });

        string tenant = CallerHeaders.Scope(new HeaderDictionary { ["Authorization"] = "ApiKey one", ["X-Company-Tenant"] = "blue" });

        Assert.Equal(4, new HashSet<string> { one, two, moved, tenant }.Count);
        Assert.Equal(
            one,
            CallerHeaders.Scope(new HeaderDictionary
            {
                ["authorization"] = "ApiKey one",
                ["User-Agent"] = "any",
                ["X-B3-TraceId"] = "7",
                ["traceparent"] = "00",
                ["X-Opaque-Id"] = "8",
                ["Host"] = "127.0.0.1:9280",
            }));
        Assert.DoesNotContain("one", one);
    }
}
