using System.Text.RegularExpressions;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.IntegrationTests.Clients;

/// <summary>
/// Official clients make typical calls to a recording cluster, directly and through the sidecar. The received requests and the clients' results must be equal,
/// and a client that sniffs must stay connected to the sidecar.
/// </summary>
public sealed partial class ClientWireTests(JavaScriptClients javaScript)
{
    private static readonly string Clients = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "clients");

    [Theory]
    [InlineData("elasticsearch7", "7.17.14")]
    [InlineData("elasticsearch8", "8.19.2")]
    [InlineData("@elastic/elasticsearch", "9.4.3")]
    [InlineData("@opensearch-project/opensearch", "3.5.0")]
    public Task JavaScript_client_sends_and_receives_the_same(string package, string version) =>
        AssertSameAsync(version, IsElasticsearch(package), url => javaScript.RunAsync("calls.js", package, url));

    [Theory]
    [InlineData("elasticsearch7", "7.17.14")]
    [InlineData("elasticsearch8", "8.19.2")]
    [InlineData("@elastic/elasticsearch", "9.4.3")]
    [InlineData("@opensearch-project/opensearch", "3.5.0")]
    public Task Sniffing_JavaScript_client_stays_on_the_sidecar(string package, string version) =>
        AssertStaysAsync(version, IsElasticsearch(package), url => javaScript.RunAsync("calls.js", package, url, "sniff"));

    [Fact]
    public Task Perl_client_sends_and_receives_the_same() => AssertSameAsync("8.19.2", isElasticsearch: true, url => PerlAsync(url));

    [Fact]
    public Task Sniffing_Perl_client_stays_on_the_sidecar() => AssertStaysAsync("8.19.2", isElasticsearch: true, url => PerlAsync(url, "sniff"));

    [Fact]
    public async Task Curl_sends_and_receives_the_same()
    {
        ClientProcess.Require(ClientProcess.Locate("curl") is not null, "no curl (Debian: apt-get install curl)");
        await AssertSameAsync(
            "9.4.3", isElasticsearch: true, static url => ClientProcess.RunAsync("bash", [Path.Combine(Clients, "curl", "calls"), url.TrimEnd('/')]));
    }

    [Fact]
    public Task DotNet_client_sends_and_receives_the_same() =>
        AssertSameAsync("9.4.3", isElasticsearch: true, static url => DotNetAsync(new SingleNodePool(new Uri(url))));

    [Fact]
    public Task Sniffing_DotNet_client_stays_on_the_sidecar() =>
        AssertStaysAsync("9.4.3", isElasticsearch: true, static url => DotNetAsync(new SniffingNodePool([new Uri(url)])));

    private static bool IsElasticsearch(string package) => package.Contains("elasticsearch", StringComparison.Ordinal);

    private static async Task AssertSameAsync(string version, bool isElasticsearch, Func<string, Task<string>> run)
    {
        await using ClusterOfAnswers cluster = new(isElasticsearch, version);
        await using Sidecar sidecar = await SidecarInFront.Of(cluster.Url, Fan.Judge);

        string heardDirectly = Anonymous(await run(cluster.Url.ToString()), cluster.Url);
        HttpBytes[] direct = cluster.TakeRequests();
        string heardThrough = Anonymous(await run(sidecar.DataUrl.ToString()), sidecar.DataUrl);
        HttpBytes[] through = cluster.TakeRequests();

        Assert.True(direct.Length >= 8, $"only {direct.Length} requests: {heardDirectly}");
        Assert.Equal(
            direct.Select(request => Anonymous(Wire.OfRequest(request), cluster.Url)),
            through.Select(request => Anonymous(Wire.OfRequest(request), sidecar.DataUrl)));
        Assert.All(direct.Zip(through), static pair => Assert.Equal(pair.First.Content, pair.Second.Content));
        Assert.Equal(Duration().Replace(heardDirectly, ""), Duration().Replace(heardThrough, ""));
    }

    /// <summary>A request that reaches the cluster with another <c>Host</c> than the sidecar's has bypassed the sidecar.</summary>
    private static async Task AssertStaysAsync(string version, bool isElasticsearch, Func<string, Task<string>> run)
    {
        await using ClusterOfAnswers cluster = new(isElasticsearch, version);
        await using Sidecar sidecar = await SidecarInFront.Of(cluster.Url, Fan.Judge);

        await run(sidecar.DataUrl.ToString());

        HttpBytes[] requests = cluster.TakeRequests();
        Assert.Contains(requests, static request => request.StartLine.Contains("/_nodes/", StringComparison.Ordinal));
        Assert.Contains(requests, static request => request.StartLine.Contains("/_bulk", StringComparison.Ordinal));
        Assert.All(requests, request => Assert.Equal(sidecar.DataUrl.Authority, request.Header("Host")));
    }

    private static async Task<string> PerlAsync(params string[] arguments)
    {
        string? perl = ClientProcess.Locate("perl");
        bool isThere = perl is not null && File.Exists("/usr/share/perl5/Search/Elasticsearch.pm");
        ClientProcess.Require(isThere, "no Perl client (Debian: apt-get install libsearch-elasticsearch-perl)");
        // Otherwise the order of an object's members differs between runs.
        Dictionary<string, string> ordered = new() { ["PERL_HASH_SEED"] = "0", ["PERL_PERTURB_KEYS"] = "0" };
        return await ClientProcess.RunAsync(perl!, [Path.Combine(Clients, "perl", "calls.pl"), .. arguments], environment: ordered);
    }

    private static async Task<string> DotNetAsync(NodePool pool)
    {
        using ElasticsearchClientSettings settings = new(pool);
        ElasticsearchClient client = new(settings.DefaultIndex("notes"));
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        List<string> heard = [];
        heard.Add((await client.InfoAsync(cancellation)).ToString());
        heard.Add((await client.PingAsync(cancellation)).ToString());
        heard.Add((await client.Indices.CreateAsync("notes", cancellation)).ToString());
        heard.Add((await client.Indices.ExistsAsync("notes,<logs-{now/d}>", cancellation)).ToString());
        heard.Add((await client.IndexAsync(new { title = "é😀", n = 1.0 }, index => index.Id("a/b c+d"), cancellation)).ToString());
        heard.Add((await client.GetAsync<object>("missing", cancellation)).ToString());
        heard.Add((await client.BulkAsync(bulk => bulk.Index(new { n = 1 }), cancellation)).ToString());
        heard.Add((await client.SearchAsync<object>(search => search.Query(query => query.MatchAll(static _ => { })), cancellation)).ToString());
        heard.Add((await client.SearchAsync<object>(
            search => search.Knn(knn => knn.Field("v").QueryVector(new[] { 0.5f, -1e-7f }).K(3).NumCandidates(10)), cancellation)).ToString());
        heard.Add((await client.DeleteAsync<object>("x", delete => delete.Routing("ü"), cancellation)).ToString());
        return string.Join('\n', heard);
    }

    private static string Anonymous(string text, Uri address) => text.Replace(address.Authority, "HOST", StringComparison.Ordinal);

    /// <summary>The .NET client prints the duration of a call, which differs between runs.</summary>
    [GeneratedRegex("Took: [0-9:.]+")]
    private static partial Regex Duration();
}
