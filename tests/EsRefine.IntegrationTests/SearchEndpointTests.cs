using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Endpoints other than <c>_search</c>: their searches find the hits of the refined vector, and with an unreachable judge the reply is the cluster's own.
/// </summary>
public sealed partial class SearchEndpointTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    private const string Lines = "application/x-ndjson";
    private const string Refined = "refined;judged=20;sample=20;angle=0.3;rule=\"rocchio@0.3\"";
    private const string NotJudged = "judge-failed;judged=0;sample=20";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false });

    private static Uri NobodyThere { get; } = new("http://127.0.0.1:9/v1");   // the discard port: nothing listens there

    [Fact]
    public async Task Elasticsearch_refines_each_search_of_a_multi_search()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        // Elasticsearch reads a first empty line as a header.
        await MultiSearchIsRefined(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), KnnForm.Elasticsearch, "knn", "\n$FIRST\n");
    }

    [Fact]
    public async Task OpenSearch_refines_each_search_of_a_multi_search()
    {
        RunningEngine engine = await openSearch.UseAsync();
        // OpenSearch skips a first empty line.
        await MultiSearchIsRefined(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), KnnForm.OpenSearch, "knn query", "\n{}\r\n$FIRST\r\n");
    }

    [Fact]
    public async Task Elasticsearch_refines_knn_search_of_clients_of_version_8()
    {
        const string Version8 = "application/vnd.elasticsearch+json;compatible-with=8";
        RunningEngine engine = await elasticsearch.UseAsync();
        string target = await indices.GetAsync(engine, FanMapping.Elasticsearch()) + "/_knn_search";
        string body = $$$"""
            {"knn":{"field":"v","query_vector":{{{Fan.Json(Fan.VectorAt(0))}}},"k":10,"num_candidates":100},"filter":{"term":{"shelf":"even"}},"_source":["text"]}
            """;
        IEnumerable<string> Finds(double angle) =>
            Fan.Ranked(angle).Where(static document => document.Shelf == "even").Take(10).Select(static document => document.Id);

        Replies replies = await AskAsync(engine, target, body, Version8);

        Assert.Equal((Refined, NotJudged), (replies.Refined.Outcome, replies.NotJudged.Outcome));
        Assert.Equal(Finds(0), replies.Plain.Ids);
        Assert.Equal(Finds(Fan.Turn), replies.Refined.Ids);
        Assert.Equal(replies.Plain.Masked, replies.NotJudged.Masked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenSearch_refines_the_parameter_of_a_template(bool isStored)
    {
        RunningEngine engine = await openSearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.OpenSearch());
        const string Source = """{"size":{{k}},"query":{"knn":{"v":{"vector":{{#toJson}}asked.vector{{/toJson}},"k":{{k}}}}}}""";
        string parameters = $$$"""{"k":10,"asked":{"vector": {{{Fan.Json(Fan.VectorAt(0))}}} }}""";
        string name = engine.NewIndexName("template");
        if (isStored)
        {
            string script = $$$"""{"script":{"lang":"mustache","source":{{{JsonSerializer.Serialize(Source)}}} } }""";
            await engine.SendAsync(HttpMethod.Put, "/_scripts/" + name, script);
        }

        try
        {
            string template = isStored ? $"\"id\":\"{name}\"" : $"\"source\":{JsonSerializer.Serialize(Source)}";
            Replies replies = await AskAsync(engine, index + "/_search/template", $$"""{ {{template}},"params":{{parameters}} }""", "application/json");
            Replies lines = await AskAsync(engine, "_msearch/template", $$"""
                {"index":"{{index}}"}
                { {{template}},"params":{{parameters}} }

                """.ReplaceLineEndings("\n"), Lines);

            Assert.Equal((Refined, NotJudged), (replies.Refined.Outcome, replies.NotJudged.Outcome));
            Assert.Equal(("refined=1", "judge-failed=1"), (lines.Refined.Outcome, lines.NotJudged.Outcome));
            Assert.All(new[] { replies, lines }, static each =>
            {
                Assert.Equal(Ids(0), each.Plain.Ids);
                Assert.Equal(Ids(Fan.Turn), each.Refined.Ids);
                Assert.Equal(each.Plain.Masked, each.NotJudged.Masked);
            });
        }
        finally
        {
            if (isStored)
            {
                await engine.SendAsync(HttpMethod.Delete, "/_scripts/" + name);
            }
        }
    }

    [Fact]
    public async Task Elasticsearch_refines_a_search_in_the_address()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await SearchInTheAddressIsRefined(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), KnnForm.Elasticsearch[0]);
    }

    [Fact]
    public async Task OpenSearch_refines_a_search_in_the_address()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await SearchInTheAddressIsRefined(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), KnnForm.OpenSearch[0]);
    }

    private static async Task SearchInTheAddressIsRefined(RunningEngine engine, string index, KnnForm form)
    {
        const int LongestLine = 4096;   // the longest that both engines accept
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        string search = form.With(Fan.VectorAt(0)).ReplaceLineEndings(" ");
        Task<SearchReply> AskAsync(string endpoint, string text, string mediaType = "application/json") =>
            SearchReply.OfUrlAsync(sidecar.DataUrl, $"{index}/{endpoint}", text, mediaType, Fan.QueryHeader);

        SearchReply refined = await AskAsync("_search", search);
        SearchReply lines = await AskAsync("_msearch", $"{{}}\n{search}\n", Lines);
        string shortSpelling = form.With([.. Enumerable.Repeat(1f, Fan.Dimensions)]).ReplaceLineEndings("");
        int length = $"GET /{index}/_search?source={Uri.EscapeDataString(shortSpelling)}&source_content_type=application%2Fjson HTTP/1.1".Length;
        string asLongAsItMayBe = shortSpelling + new string(' ', (LongestLine - length) / "%20".Length);
        SearchReply tooLong = await AskAsync("_search", asLongAsItMayBe);
        SearchReply plain = await SearchReply.OfUrlAsync(engine.Url, $"{index}/_search", asLongAsItMayBe, "application/json", Fan.QueryHeader);

        Assert.Equal((Refined, "refined-from-cache=1"), (refined.Outcome, lines.Outcome));
        Assert.Equal(Ids(form, Fan.Turn), refined.Ids);
        Assert.Contains($"\"_id\":\"{refined.Ids[0]}\"", lines.Body, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "unsupported"), (plain.Status, tooLong.Outcome));
        Assert.Equal(plain.Masked, tooLong.Masked);
    }

    /// <summary>Malformed bodies, for which the engine's error must be returned. <c>$S</c> is a search.</summary>
    public static TheoryData<string> Malformed { get; } =
    [
        "{}\n$S",
        "{}\n$S\n{}\n$S",
        "{}\n$S\n{}\n{\"knn\":\n",
        "{}\n\n{}\n$S\n",
        "\n\n$S\n",
        "{}\n$S{}\n",
        "{}{}\n$S\n",
        "[]\n$S\n",
        "/**/{}\n$S\n",
        "\ufeff{}\n$S\n",
        "{\"foo\":1}\n$S\n",
        "{\"index\":\"a\",\"index\":\"a\"}\n$S\n",
        "{\"index\":\"\\ud800\"}\n$S\n",
        "{\"index\":\"..\"}\n$S\n",
        "{\"index\":\"_scripts\"}\n$S\n",
        "{\"routing\":{\"a\":1}}\n$S\n",
        "$S\n$S\n",
        "\u00ff\u00fe\n",
        "",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Elasticsearch_gives_the_same_reply_to_a_malformed_multi_search(string body)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await SaysTheSame(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), body, KnnForm.Elasticsearch[0]);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task OpenSearch_gives_the_same_reply_to_a_malformed_multi_search(string body)
    {
        RunningEngine engine = await openSearch.UseAsync();
        await SaysTheSame(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), body, KnnForm.OpenSearch[0]);
    }

    // No judge answers, so that the replies are equal even if the engine accepts the body.
    private static async Task SaysTheSame(RunningEngine engine, string index, string body, KnnForm form)
    {
        string lines = body.Replace("$S", form.With(Fan.VectorAt(0)), StringComparison.Ordinal);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(NobodyThere));
        Reply direct = await ReplyAsync(engine.Url, index + "/_msearch", lines, Lines, expected: null);
        Reply through = await ReplyAsync(sidecar.DataUrl, index + "/_msearch", lines, Lines, expected: null);
        Assert.Equal((direct.Status, direct.Masked), (through.Status, through.Masked));
    }

    private static async Task MultiSearchIsRefined(RunningEngine engine, string index, IReadOnlyList<KnnForm> forms, string first, string framing)
    {
        KnnForm alone = forms.Single(form => form.Name == first);
        KnnForm filtered = forms.Single(static form => form.Name == "knn query inside bool with a filter");
        string Body(KnnForm form) => form.With(Fan.VectorAt(0)).ReplaceLineEndings(" ");
        string body = framing.Replace("$FIRST", Body(alone), StringComparison.Ordinal)
            + $"{{}}\n{{\"query\":{{\"ids\":{{\"values\":[\"{Fan.Documents[0].Id}\"]}}}}}}\n"
            + $"{{\"index\":[\"{index}-missing\"]}}\n{Body(alone)}\n"
            + $"{{\"index\":[\"{index}-missing\",\"{index}\"],\"ignore_unavailable\":true,\"preference\":\"a b&c\"}}\n{Body(filtered)}\n{{}}\n";

        Replies replies = await AskAsync(engine, index + "/_msearch", body, Lines);

        Assert.Equal("refined=2, unsupported=1", replies.Refined.Outcome);
        Assert.Equal("judge-failed=2, unsupported=1", replies.NotJudged.Outcome);
        Assert.Equal(
            [.. Ids(alone, 0), Fan.Documents[0].Id, .. Ids(filtered, 0)],
            replies.Plain.Ids);
        Assert.Equal(
            [.. Ids(alone, Fan.Turn), Fan.Documents[0].Id, .. Ids(filtered, Fan.Turn)],
            replies.Refined.Ids);
        Assert.Contains("\"status\":404", replies.Refined.Body, StringComparison.Ordinal);
        Assert.Equal(replies.Plain.Masked, replies.NotJudged.Masked);
    }

    private static IEnumerable<string> Ids(KnnForm form, double angle) => form.Finds(angle).Select(static document => document.Id);

    private static IEnumerable<string> Ids(double angle) => Fan.Ranked(angle).Take(10).Select(static document => document.Id);

    /// <summary>Sends the search to the engine, to a sidecar with the qrels judge, and to one with an unreachable judge.</summary>
    private static async Task<Replies> AskAsync(RunningEngine engine, string target, string body, string mediaType)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(NobodyThere));
        return new(
            await ReplyAsync(engine.Url, target, body, mediaType),
            await ReplyAsync(sidecar.DataUrl, target, body, mediaType),
            await ReplyAsync(withoutJudge.DataUrl, target, body, mediaType));
    }

    private static async Task<Reply> ReplyAsync(
        Uri server, string target, string body, string mediaType, HttpStatusCode? expected = HttpStatusCode.OK)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(server, target)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        request.Headers.Accept.ParseAdd(mediaType == Lines ? "application/json" : mediaType);
        request.Headers.Add("EsRefine-Query", Fan.QueryHeader);
        using HttpResponseMessage reply = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(expected is null || reply.StatusCode == expected, $"{(int)reply.StatusCode} {text}");
        return new(reply.StatusCode, text, reply.Headers.TryGetValues("EsRefine", out IEnumerable<string>? outcome) ? string.Join(", ", outcome) : null);
    }

    private sealed record Replies(Reply Plain, Reply Refined, Reply NotJudged);

    private sealed partial record Reply(HttpStatusCode Status, string Body, string? Outcome)
    {
        /// <summary>Ids of all hits of all searches, in order.</summary>
        public string[] Ids => [.. Id().Matches(Body).Select(static match => match.Groups[1].Value)];

        /// <summary>The body without times, which differ between calls.</summary>
        public string Masked => Took().Replace(Body, "\"took\":0");

        [GeneratedRegex("\"_id\":\"([^\"]+)\"")]
        private static partial Regex Id();

        [GeneratedRegex("\"took\":[0-9]+")]
        private static partial Regex Took();
    }
}
