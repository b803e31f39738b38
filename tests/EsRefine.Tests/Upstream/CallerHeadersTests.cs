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
            ["Content-Type"] = "application/vnd.elasticsearch+json; compatible-with=9",
            ["Content-Encoding"] = "gzip",
            ["Accept"] = "application/vnd.elasticsearch+json; compatible-with=9",
            ["Accept-Encoding"] = "gzip",
            ["Connection"] = "close, X-Hop",
            ["X-Hop"] = "1",
            ["x-elastic-client-meta"] = "es=9",
            ["EsRefine-Query"] = "secret words",
        };
        using HttpRequestMessage request = new();

        CallerHeaders.CopyTo(request, caller);

        Assert.Equal(
            ["Authorization: ApiKey abc", "X-Company-Tenant: blue", "X-Opaque-Id: app-7/esrefine", "es-security-runas-user: ada"],
            request.Headers.Select(static header => $"{header.Key}: {string.Join(",", header.Value)}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256 Credential=x")]
    [InlineData("Negotiate YII")]
    public void Credentials_bound_to_one_request_cannot_be_used_for_a_sample(string authorization)
    {
        Assert.NotNull(CallerHeaders.WhyNotDelegable(new HeaderDictionary { ["Authorization"] = authorization }));
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
                ["Host"] = "h",
            }));
        Assert.DoesNotContain("one", one);
    }
}
