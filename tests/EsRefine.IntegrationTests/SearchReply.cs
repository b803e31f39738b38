using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>A reply to a search, from a cluster or from the sidecar in front of it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">As sent.</param>
/// <param name="Outcome">Header <c>EsRefine</c>; null if there is none.</param>
internal sealed partial record SearchReply(HttpStatusCode Status, string Body, string? Outcome)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false });

    /// <summary>The body without <c>took</c>, which differs between calls.</summary>
    public string Masked => Took().Replace(Body, "\"took\":0");

    /// <summary>The hits' ids, in their order.</summary>
    public string[] Ids => [.. Hits.Select(static hit => hit.GetProperty("_id").GetString()!)];

    /// <summary>The hits' scores, in their order.</summary>
    public double[] Scores => [.. Hits.Select(static hit => hit.GetProperty("_score").GetDouble())];

    private IEnumerable<JsonElement> Hits
    {
        get
        {
            Assert.True(Status == HttpStatusCode.OK, $"{(int)Status} {Body}");
            using JsonDocument document = JsonDocument.Parse(Body);
            return [.. document.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(static hit => hit.Clone())];
        }
    }

    /// <summary>Sends a search.</summary>
    /// <param name="server">The cluster or the sidecar.</param>
    /// <param name="target">Path and query, without a slash in front.</param>
    /// <param name="body">JSON.</param>
    /// <param name="queryHeader">Value of <c>EsRefine-Query</c>.</param>
    /// <param name="authorization">Who asks.</param>
    public static async Task<SearchReply> OfAsync(
        Uri server, string target, string body, string? queryHeader = null, AuthenticationHeaderValue? authorization = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(server, target));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = authorization;
        return await OfAsync(request, queryHeader);
    }

    /// <summary>Sends a search in the URL, without a body.</summary>
    /// <param name="server">The cluster or the sidecar.</param>
    /// <param name="target">Path and query, without a slash in front.</param>
    /// <param name="search">JSON, or lines of it.</param>
    /// <param name="mediaType">Of the search.</param>
    /// <param name="queryHeader">Value of <c>EsRefine-Query</c>.</param>
    public static async Task<SearchReply> OfUrlAsync(Uri server, string target, string search, string mediaType, string queryHeader)
    {
        string parameters = $"source={Uri.EscapeDataString(search)}&source_content_type={Uri.EscapeDataString(mediaType)}";
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server, $"{target}?{parameters}"));
        return await OfAsync(request, queryHeader);
    }

    private static async Task<SearchReply> OfAsync(HttpRequestMessage request, string? queryHeader)
    {
        if (queryHeader is not null)
        {
            request.Headers.Add("EsRefine-Query", queryHeader);
        }

        using HttpResponseMessage reply = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            reply.StatusCode,
            await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            reply.Headers.TryGetValues("EsRefine", out IEnumerable<string>? outcome) ? string.Join(", ", outcome) : null);
    }

    [GeneratedRegex("\"took\":[0-9]+")]
    private static partial Regex Took();
}
