using System.Net.Http.Headers;
using System.Text.Json;
using EsRefine.Hosting;
using EsRefine.Settings;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;
using V1 = EsRefine.Grpc.V1;

namespace EsRefine.IntegrationTests;

/// <summary>Elasticsearch with security: through the sidecar, every caller and the judge on their behalf see only what the caller may see.</summary>
public sealed class DocumentSecurityTests(SecureElasticsearchEngine elasticsearch, FanIndices indices, FanModels models)
{
    private const string ReadMapping = "\"read\",\"view_index_metadata\"";

    private static readonly KnnForm Form = KnnForm.Elasticsearch[0];

    [Fact]
    public async Task Key_limited_by_a_document_query_sees_only_its_documents_and_so_does_the_judge()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await SeesItsDocumentsAlone(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), Form);
    }

    [Fact]
    public async Task Key_limited_by_a_document_query_shows_the_judge_only_chunks_of_its_documents()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        KnnForm form = new("knn query on semantic_text", """{"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""");
        await SeesItsDocumentsAlone(engine, await models.IndexAsync(engine, FanShape.LongSemantic()), form);
    }

    [Fact]
    public async Task Later_page_of_one_key_does_not_get_the_vector_that_another_key_learned()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue evenShelf = await CreateKeyAsync(engine, index, ReadMapping, """{"term":{"shelf":"even"}}""");
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply first = await SearchAsync(sidecar.DataUrl, index, engine.Authorization!);
        SearchReply others = await SearchAsync(sidecar.DataUrl, index, evenShelf, "?from=3");
        SearchReply plain = await SearchAsync(engine.Url, index, evenShelf, "?from=3");
        SearchReply own = await SearchAsync(sidecar.DataUrl, index, engine.Authorization!, "?from=3");

        Assert.StartsWith("refined;", first.Outcome, StringComparison.Ordinal);
        Assert.Equal("plain-sequence", others.Outcome);
        Assert.Equal(plain.Masked, others.Masked);
        Assert.StartsWith("refined-from-cache;", own.Outcome, StringComparison.Ordinal);
        Assert.Equal(first.Ids.Skip(3), own.Ids);
    }

    [Fact]
    public async Task Wrong_key_gets_the_refusal_of_Elasticsearch()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue wrong = new("ApiKey", Convert.ToBase64String("nobody:nothing"u8));
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(judge.Url));

        Exchange.Reply plain = await AskAsync(engine.Url);
        Exchange.Reply refused = await AskAsync(sidecar.DataUrl);

        Assert.Equal(401, refused.Status);
        Assert.Equal(plain.Body, refused.Body);
        Assert.Equal(plain.Headers, refused.Headers);
        Assert.Empty(judge.Calls);

        Task<Exchange.Reply> AskAsync(Uri server) => Exchange.SendAsync(
            server, HttpMethod.Post, $"/{index}/_search", Form.With(Fan.VectorAt(0)), ("Authorization", wrong.ToString()), ("EsRefine-Query", Fan.QueryHeader));
    }

    [Fact]
    public async Task Key_that_may_not_read_the_mapping_is_answered_and_refined_where_the_sidecar_may_read_it()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue readsOnly = await CreateKeyAsync(engine, index, "\"read\"", """{"term":{"shelf":"even"}}""");
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Fan.Judge);
        await using Sidecar sidecar = await SidecarInFront.Of(settings);
        await using Sidecar readsMappings = await SidecarInFront.Of(
            settings with { Upstream = settings.Upstream with { MappingAuthorization = engine.Authorization!.ToString() } });

        SearchReply plain = await SearchAsync(engine.Url, index, readsOnly);
        SearchReply answered = await SearchAsync(sidecar.DataUrl, index, readsOnly);
        SearchReply refined = await SearchAsync(readsMappings.DataUrl, index, readsOnly);

        Assert.Equal("unsupported", answered.Outcome);
        Assert.Equal(plain.Masked, answered.Masked);
        Assert.StartsWith("refined;", refined.Outcome, StringComparison.Ordinal);
        Assert.Equal(EvenShelf(Fan.Turn), refined.Ids);
    }

    // The forwarder keeps run-as whatever Connection says of it; so does the sample.
    [Fact]
    public async Task User_that_a_connection_header_nominates_for_removal_still_limits_what_the_judge_reads()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        string user = "even-" + Guid.NewGuid().ToString("N")[..8];
        await engine.SendAsync(HttpMethod.Put, $"/_security/role/{user}", $$$"""
            {"indices":[{"names":["{{{index}}}"],"privileges":[{{{ReadMapping}}}],"query":{"term":{"shelf":"even"} } }]}
            """);
        await engine.SendAsync(HttpMethod.Put, $"/_security/user/{user}", $$"""{"password":"{{Guid.NewGuid()}}","roles":["{{user}}"]}""");
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(judge.Url));

        Exchange.Reply reply = await Exchange.SendAsync(
            sidecar.DataUrl, HttpMethod.Post, $"/{index}/_search", Form.With(Fan.VectorAt(0)),
            ("Authorization", engine.Authorization!.ToString()), ("es-security-runas-user", user), ("Connection", "es-security-runas-user"),
            ("EsRefine-Query", Fan.QueryHeader));

        Assert.Equal(200, reply.Status);
        using JsonDocument body = JsonDocument.Parse(reply.Body);
        Assert.Equal(
            EvenShelf(Fan.Turn),
            body.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(static hit => hit.GetProperty("_id").GetString()!));
        Assert.Equal(20, judge.Calls.Count);
        Assert.All(judge.Calls, static call =>
            Assert.Equal("even", Assert.Single(Fan.Documents, document => call.Prompt.Contains(document.Text, StringComparison.Ordinal)).Shelf));
    }

    [Fact]
    public async Task Account_that_reads_mappings_tells_a_caller_nothing_that_the_cluster_does_not()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        string elsewhere = await Fan.IndexAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue ofOthers = await CreateKeyAsync(engine, elsewhere, "\"read\"", """{"match_all":{}}""");
        AuthenticationHeaderValue withoutField = await CreateKeyAsync(
            engine, index, "\"read\"", """{"match_all":{}},"field_security":{"grant":["shelf"]}""");
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Fan.Judge);
        await using Sidecar sidecar = await SidecarInFront.Of(
            settings with { Upstream = settings.Upstream with { MappingAuthorization = engine.Authorization!.ToString() } });
        string fits = Form.With(Fan.VectorAt(0)), tooShort = fits;
        tooShort = tooShort[..(tooShort.IndexOf('[', StringComparison.Ordinal) + 1)] + "1" + tooShort[tooShort.IndexOf(']', StringComparison.Ordinal)..];
        string nowhere = fits.Replace("\"v\"", "\"nowhere\"", StringComparison.Ordinal);

        string?[] outcomes =
        [
            await OutcomeAsync(ofOthers, index, fits), await OutcomeAsync(ofOthers, index, tooShort), await OutcomeAsync(ofOthers, index, nowhere),
            await OutcomeAsync(ofOthers, index + "-not-there", fits), await OutcomeAsync(ofOthers, "*" + index[^20..], tooShort),
            await OutcomeAsync(withoutField, index, fits), await OutcomeAsync(withoutField, index, tooShort),
            await OutcomeAsync(withoutField, index, nowhere),
        ];
        RpcException there = await Assert.ThrowsAsync<RpcException>(() => CallAsync(sidecar, index, ofOthers.ToString()));
        RpcException notThere = await Assert.ThrowsAsync<RpcException>(() => CallAsync(sidecar, index + "-not-there", ofOthers.ToString()));

        Assert.All(outcomes, static outcome => Assert.Equal("unsupported", outcome));
        Assert.Equal(StatusCode.PermissionDenied, there.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, notThere.StatusCode);

        async Task<string?> OutcomeAsync(AuthenticationHeaderValue key, string of, string body)
        {
            using HttpMessageInvoker client = new(new SocketsHttpHandler());
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(sidecar.DataUrl, $"{of}/_search"))
            {
                Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
            };
            request.Headers.Authorization = key;
            request.Headers.Add("EsRefine-Query", Fan.QueryHeader);
            using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.Headers.TryGetValues("EsRefine", out IEnumerable<string>? values) ? values.Single() : null;
        }
    }

    [Fact]
    public async Task Account_that_may_not_read_mappings_is_an_outcome_and_not_the_callers_refusal()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue evenShelf = await CreateKeyAsync(engine, index, ReadMapping, """{"term":{"shelf":"even"}}""");
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Fan.Judge);
        await using Sidecar sidecar = await SidecarInFront.Of(
            settings with { Upstream = settings.Upstream with { MappingAuthorization = "ApiKey bm9ib2R5Om5vdGhpbmc=" } });

        SearchReply http = await SearchAsync(sidecar.DataUrl, index, evenShelf);
        V1.SearchResponse grpc = await CallAsync(sidecar, index, evenShelf.ToString());

        Assert.Equal(("unsupported", "unsupported"), (http.Outcome, grpc.Refinement.Outcome));
        Assert.Equal(EvenShelf(0), http.Ids);
        Assert.Equal(EvenShelf(0), grpc.Hits.Select(static hit => hit.Id));
    }

    [Fact]
    public async Task Credentials_of_a_gRPC_caller_are_those_of_their_metadata()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await indices.GetAsync(engine, FanMapping.Elasticsearch());
        string elsewhere = await Fan.IndexAsync(engine, FanMapping.Elasticsearch());
        AuthenticationHeaderValue evenShelf = await CreateKeyAsync(engine, index, ReadMapping, """{"term":{"shelf":"even"}}""");
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        AuthenticationHeaderValue readsOnly = await CreateKeyAsync(engine, index, "\"read\"", """{"term":{"shelf":"even"}}""");

        V1.SearchResponse response = await CallAsync(sidecar, index, evenShelf.ToString());
        V1.SearchResponse unrefined = await CallAsync(sidecar, index, readsOnly.ToString());
        RpcException wrongKey = await Assert.ThrowsAsync<RpcException>(() => CallAsync(sidecar, index, "ApiKey bm9ib2R5Om5vdGhpbmc="));
        RpcException otherIndex = await Assert.ThrowsAsync<RpcException>(() => CallAsync(sidecar, elsewhere, evenShelf.ToString()));

        Assert.Equal("refined", response.Refinement.Outcome);
        Assert.Equal(EvenShelf(Fan.Turn), response.Hits.Select(static hit => hit.Id));
        Assert.Equal("unsupported", unrefined.Refinement.Outcome);
        Assert.Equal(EvenShelf(0), unrefined.Hits.Select(static hit => hit.Id));
        Assert.Equal(StatusCode.Unauthenticated, wrongKey.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, otherIndex.StatusCode);
    }

    // The highlighter takes chunks from the part of _source that field-level security shows. In the format before 8.18, it holds each text several times.
    // A caller whom _field_caps does not show the field itself is not refined: the operator's account reads its mapping for nobody else.
    [Theory]
    [InlineData("hidden", false, "st", """{"grant":["*"],"except":["st"]}""", 0)]
    [InlineData("hidden with all that is in it", false, "st", """{"grant":["*"],"except":["st","st.*"]}""", 0)]
    [InlineData("vectors without texts", false, "st", """{"grant":["shelf","st.inference.*"]}""", 0)]
    [InlineData("its texts are a hidden field's", false, "title", """{"grant":["*"],"except":["title"]}""", 0)]
    [InlineData("shown", false, "title", """{"grant":["*"]}""", 20)]
    [InlineData("hidden by its name alone", true, "st", """{"grant":["*"],"except":["st"]}""", 0)]
    [InlineData("hidden with all that is in it", true, "st", """{"grant":["*"],"except":["st","st.*"]}""", 0)]
    [InlineData("chunks with their texts", true, "st", """{"grant":["shelf","st.inference.*"]}""", 0)]
    [InlineData("vectors without texts", true, "st", """{"grant":["*"],"except":["st.text","st.inference.chunks.text"]}""", 0)]
    [InlineData("its texts are a hidden field's", true, "title", """{"grant":["*"],"except":["title"]}""", 20)]
    public async Task Judge_reads_no_chunk_that_the_source_does_not_show_this_caller(string what, bool isOldFormat, string field, string security, int judged)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        FanShape shape = FanShape.Semantic(
            """ "st":$SEMANTIC,"title":{"type":"text","copy_to":"st"} """,
            document => new Dictionary<string, string> { [field] = FanShape.LongText(document) },
            isOldFormat ? ""","index.mapping.semantic_text.use_legacy_format":true""" : "");
        string index = await models.IndexAsync(engine, shape);
        AuthenticationHeaderValue limited = await CreateKeyAsync(engine, index, "\"read\"", """{"match_all":{}},"field_security":""" + security);
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, SidecarInFront.Chat(judge.Url));
        await using Sidecar sidecar = await SidecarInFront.Of(
            settings with { Upstream = settings.Upstream with { MappingAuthorization = engine.Authorization!.ToString() } });
        KnnForm form = new(what, """{"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""");

        SearchReply reply = await SearchAsync(sidecar.DataUrl, index, limited, form: form);
        string shown = (await Exchange.SendAsync(
            engine.Url, HttpMethod.Post, $"/{index}/_search", """{"size":100,"_source":["*"]}""", ("Authorization", limited.ToString()))).Body;

        Assert.Equal(judged > 0, reply.Outcome!.StartsWith("refined;", StringComparison.Ordinal));
        Assert.Equal(judged, judge.Calls.Count);
        Assert.All(judge.Calls, call => Assert.Contains(
            Assert.Single(Fan.Documents, document => call.Prompt.Contains(document.Text, StringComparison.Ordinal)).Text, shown, StringComparison.Ordinal));
    }

    private static async Task SeesItsDocumentsAlone(RunningEngine engine, string index, KnnForm form)
    {
        AuthenticationHeaderValue evenShelf = await CreateKeyAsync(engine, index, ReadMapping, """{"term":{"shelf":"even"}}""");
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(judge.Url));

        // A caller who may read everything searches first, so that the test would notice if their result were served to the restricted caller.
        SearchReply unlimited = await SearchAsync(sidecar.DataUrl, index, engine.Authorization!, form: form);
        int callsForUnlimited = judge.Calls.Count;
        SearchReply plain = await SearchAsync(engine.Url, index, evenShelf, form: form);
        SearchReply refined = await SearchAsync(sidecar.DataUrl, index, evenShelf, form: form);
        string[] prompts = [.. judge.Calls.Skip(callsForUnlimited).Select(static call => call.Prompt)];

        Assert.StartsWith("refined;judged=20;sample=20;", unlimited.Outcome, StringComparison.Ordinal);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), unlimited.Ids);
        Assert.StartsWith("refined;judged=20;sample=20;", refined.Outcome, StringComparison.Ordinal);
        Assert.Equal(EvenShelf(0), plain.Ids);
        Assert.Equal(EvenShelf(Fan.Turn), refined.Ids);
        Assert.Equal(20, prompts.Length);
        Assert.All(prompts, static prompt =>
            Assert.Equal("even", Assert.Single(Fan.Documents, document => prompt.Contains(document.Text, StringComparison.Ordinal)).Shelf));
    }

    private static async Task<V1.SearchResponse> CallAsync(Sidecar sidecar, string index, string authorization)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        V1.SearchRequest request = new() { Index = index, Field = "v", Vector = new() { Values = { Fan.VectorAt(0) } }, QueryText = Fan.QueryText, K = 10 };
        return await new V1.RefinementService.RefinementServiceClient(channel)
            .SearchAsync(request, new Metadata { { "authorization", authorization } }, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static Task<SearchReply> SearchAsync(
        Uri server, string index, AuthenticationHeaderValue authorization, string parameters = "", KnnForm? form = null) =>
        SearchReply.OfAsync(server, $"{index}/_search{parameters}", (form ?? Form).With(Fan.VectorAt(0)), Fan.QueryHeader, authorization);

    private static IEnumerable<string> EvenShelf(double angle) =>
        Fan.Ranked(angle).Where(static document => document.Shelf == "even").Take(10).Select(static document => document.Id);

    private static async Task<AuthenticationHeaderValue> CreateKeyAsync(RunningEngine engine, string index, string privileges, string query)
    {
        JsonElement key = await engine.SendAsync(HttpMethod.Post, "/_security/api_key", $$$"""
            {"name":"{{{index}}}","expiration":"1h",
             "role_descriptors":{"reader":{"indices":[{"names":["{{{index}}}"],"privileges":[{{{privileges}}}],"query":{{{query}}} } ] } } }
            """);
        return new("ApiKey", key.GetProperty("encoded").GetString());
    }
}
