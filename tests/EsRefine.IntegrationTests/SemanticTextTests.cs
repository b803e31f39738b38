using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>kNN queries on <c>semantic_text</c>, where Elasticsearch cuts texts into chunks and embeds them: each hit is judged, and learnt from, by its best chunk.</summary>
public sealed class SemanticTextTests(ElasticsearchEngine elasticsearch, FanModels models)
{
    /// <summary>A chunk that is far from every query.</summary>
    private const string Preface = "This almanac was printed in the old town by the river, and its many pages are numbered.";

    private const string Field = """{"type":"semantic_text","inference_id":"$EMBEDDER","index_options":{"dense_vector":{"type":"hnsw","element_type":"float"}}}""";

    private const string Query = """{"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""";

    private static readonly FanShape Long = FanShape.Semantic("\"st\":" + Field, static document => new { st = LongText(document) });

    private static IReadOnlyDictionary<string, Form> Forms { get; } = new Dictionary<string, Form>
    {
        ["texts of one chunk"] = new(FanShape.Semantic("\"st\":" + Field, static document => new { st = document.Text }), Query),
        ["texts of several chunks"] = new(Long, Query),
        ["lists of texts"] = new(FanShape.Semantic("\"st\":" + Field, static document => new { st = new[] { Preface, document.Text } }), Query),
        ["texts copied to the field"] = new(
            FanShape.Semantic("\"st\":" + Field + ""","title":{"type":"text","copy_to":"st"},"body":{"type":"text","copy_to":"st"}""", static document => new { title = Preface, body = document.Text }),
            Query),
        ["a field of a field"] = new(
            FanShape.Semantic($$$"""{{{"\"body\":"}}}{"type":"text","fields":{"st":{{{Field}}}}}""", static document => new { body = LongText(document) }),
            Query.Replace("\"st\"", "\"body.st\"", StringComparison.Ordinal)),
        ["a field of an object"] = new(
            FanShape.Semantic($$$"""{{{"\"page\":"}}}{"properties":{"st":{{{Field}}}}}""", static document => new { page = new { st = LongText(document) } }),
            Query.Replace("\"st\"", "\"page.st\"", StringComparison.Ordinal)),
        ["the format before 8.18"] = new(
            FanShape.Semantic("\"st\":" + Field, static document => new { st = LongText(document) }, settings: ""","index.mapping.semantic_text.use_legacy_format":true"""), Query),
        ["vectors kept as bfloat16, as is the default"] = new(
            FanShape.Semantic(""" "st":{"type":"semantic_text","inference_id":"$EMBEDDER"} """, static document => new { st = LongText(document) }), Query) { IsRounded = true },
        ["a vector in Base64"] = new(Long, Query) { IsBase64 = true },
        ["a filter of the clause"] = new(Long, """
            {"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100,"filter":{"bool":{"must_not":{"term":{"shelf":"odd"}}}}}}}
            """) { Finds = EvenShelf },
        ["filters around the clause"] = new(Long, """
            {"size":10,"query":{"bool":{"must":[{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100}},{"exists":{"field":"shelf"}}],
              "filter":{"terms":{"shelf":["even","none"]}},"must_not":[{"term":{"shelf":"none"}}]}}}
            """) { Finds = EvenShelf },
        ["a similarity to reach"] = new(Long, """{"size":60,"query":{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100,"similarity":0.959661}}}""")
        {
            Finds = static angle => Fan.Ranked(angle).Where(document => Math.Abs(document.Angle - angle) < 0.285),
        },
        ["rescored vectors"] = new(Long, """{"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100,"rescore_vector":{"oversample":2.0}}}}"""),
        ["a standard retriever"] = new(Long, """
            {"size":10,"retriever":{"standard":{"filter":{"term":{"shelf":"even"}},"query":{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100}}}}}
            """) { Finds = EvenShelf },
        ["a copy of the vector to diversify by"] = new(Long, """
            {"size":10,"retriever":{"diversify":{"type":"mmr","field":"st","lambda":0.9,"size":10,"rank_window_size":20,"query_vector":$V,
              "retriever":{"standard":{"query":{"knn":{"field":"st","query_vector":$V,"k":20,"num_candidates":100}}}}}}}
            """) { IsByEngine = true },
        ["the text it stands for in a match on the same field"] = new(Long, """
            {"size":10,"query":{"bool":{"must":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}},"should":{"match":{"st":{"query":"$TEXT","boost":0}}}}}}
            """) { HoldsQueryText = true },
        ["the text it stands for in a semantic query"] = new(Long, """
            {"size":10,"query":{"bool":{"must":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}},"should":{"semantic":{"field":"st","query":"$TEXT","boost":0}}}}}
            """) { HoldsQueryText = true },
    };

    public static TheoryData<string> NamesOfForms => [.. Forms.Keys];

    [Theory]
    [MemberData(nameof(NamesOfForms))]
    public async Task Elasticsearch_finds_more_that_is_relevant(string name)
    {
        Form form = Forms[name];
        RunningEngine engine = await elasticsearch.UseAsync();
        string target = $"{await IndexAsync(engine, form.Shape)}/_search";
        string? header = form.HoldsQueryText ? null : Fan.QueryHeader;
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(new("http://127.0.0.1:9/v1")));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, form.With(0));
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, form.With(0), header);
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, form.With(0), header);

        Assert.StartsWith("refined;judged=20;sample=20;angle=0.", refined.Outcome, StringComparison.Ordinal);
        if (form.IsByEngine)
        {
            SearchReply expected = await SearchReply.OfAsync(engine.Url, target, form.With(Fan.Turn));
            Assert.Equal(expected.Ids, refined.Ids);
            Assert.NotEqual(plain.Ids, refined.Ids);
        }
        else if (form.IsRounded)
        {
            Assert.Contains(plain.Ids, static id => id.StartsWith("tax-", StringComparison.Ordinal));
            Assert.All(refined.Ids, static id => Assert.StartsWith("hut-", id, StringComparison.Ordinal));
        }
        else
        {
            Assert.Equal(form.Finds(0).Select(static document => document.Id), plain.Ids);
            Assert.Equal(form.Finds(Fan.Turn).Select(static document => document.Id), refined.Ids);
        }

        Assert.Equal(plain.Masked, unjudged.Masked);
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elasticsearch_finds_it_behind_an_alias_beside_indices_that_hold_no_such_field()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = await IndexAsync(engine, Long);
        string other = engine.NewIndexName("other");
        string alias = engine.NewIndexName("alias");
        await engine.SendAsync(HttpMethod.Put, $"/{other}", """{"mappings":{"properties":{"text":{"type":"text"}}}}""");
        await engine.SendAsync(HttpMethod.Post, "/_aliases", $$$"""{"actions":[{"add":{"indices":["{{{index}}}","{{{other}}}"],"alias":"{{{alias}}}"}}]}""");
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, $"{alias}/_search", new Form(Long, Query).With(0), Fan.QueryHeader);

        Assert.StartsWith("refined;", refined.Outcome, StringComparison.Ordinal);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Ids);
    }

    [Theory]
    [InlineData("st", "st")]
    [InlineData("st", "shelf", "st")]
    [InlineData("st")]
    public async Task The_judge_reads_the_best_chunk_and_the_other_texts_of_the_target(string field, params string[] texts)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string[] prompts = await PromptsAsync(engine, await IndexAsync(engine, Long), field, texts, new Form(Long, Query).With(0));

        Assert.All(prompts, static prompt => Assert.DoesNotContain(Preface, prompt, StringComparison.Ordinal));
        Assert.All(Fan.Ranked(0).Take(20), document => Assert.Contains(
            prompts, prompt => prompt.Contains((texts.Contains("shelf") ? document.Shelf + "\n" : "") + document.Text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","index.mapping.semantic_text.use_legacy_format":true""")]
    public async Task The_judge_reads_all_of_a_semantic_text_beside_a_vector_of_another_field(string settings)
    {
        FanShape shape = FanShape.Semantic(
            "\"st\":" + Field + ""","v":{"type":"dense_vector","dims":8,"index_options":{"type":"hnsw"}}""",
            static document => new { st = LongText(document), v = Fan.VectorAt(document.Angle) },
            settings);
        RunningEngine engine = await elasticsearch.UseAsync();

        string[] prompts = await PromptsAsync(
            engine, await IndexAsync(engine, shape), "v", ["st"], new Form(shape, """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""").With(0));

        Assert.All(Fan.Ranked(0).Take(20), document => Assert.Contains(prompts, prompt => prompt.Contains(LongText(document), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"query":{"semantic":{"field":"st","query":"$TEXT"}}}""", "unsupported")]
    [InlineData("""{"query":{"match":{"st":"$TEXT"}}}""", null)]
    [InlineData("""{"query":{"bool":{"must":{"match":{"st":"$TEXT"}},"should":{"semantic":{"field":"st","query":"$TEXT"}}}}}""", "unsupported")]
    [InlineData("""{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}""", "unsupported")]                                                      // 400
    [InlineData("""{"retriever":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""", "unsupported")]                                       // 400
    [InlineData("""{"query":{"knn":{"field":"alias","query_vector":$V,"k":10,"num_candidates":100}}}""", "unsupported")]                                         // 400
    [InlineData("""{"query":{"knn":{"field":"st","query_vector_builder":{"text_embedding":{"model_text":"$TEXT"}},"k":10,"num_candidates":100}}}""", "unsupported")]   // 400 without ML
    public async Task What_holds_no_vector_or_what_Elasticsearch_refuses_costs_no_judgment(string body, string? outcome)
    {
        FanShape shape = FanShape.Semantic("\"st\":" + Field + ""","alias":{"type":"alias","path":"st"}""", static document => new { st = LongText(document) });
        RunningEngine engine = await elasticsearch.UseAsync();
        string target = $"{await IndexAsync(engine, shape)}/_search";
        string search = new Form(shape, body).With(0);
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(judge.Url));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, search);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, search, Fan.QueryHeader);

        Assert.Equal(plain.Status, reply.Status);
        Assert.Equal(plain.Masked, reply.Masked);
        Assert.Equal(outcome, reply.Outcome?.Split(';')[0]);
        Assert.Empty(judge.Calls);
    }

    private static async Task<string[]> PromptsAsync(RunningEngine engine, string index, string field, string[] texts, string search)
    {
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(SidecarInFront.Settings(engine.Url, SidecarInFront.Chat(judge.Url)) with
        {
            Targets = [new TargetSettings { Index = index, Field = field, Text = texts }],
        });
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", search, Fan.QueryHeader);
        Assert.StartsWith("refined;judged=20;sample=20;", refined.Outcome, StringComparison.Ordinal);
        return [.. judge.Calls.Select(static call => call.Prompt)];
    }

    private async Task<string> IndexAsync(RunningEngine engine, FanShape shape)
    {
        string embedder = (await models.UseAsync(engine)).Embedder;
        return await (shape with { Mapping = shape.Mapping.Replace("$EMBEDDER", embedder, StringComparison.Ordinal) }).IndexAsync(engine);
    }

    private static string LongText(FanDocument document) => Preface + " " + document.Text;

    private static IEnumerable<FanDocument> EvenShelf(double angle) => Fan.Ranked(angle).Where(static document => document.Shelf == "even").Take(10);

    private static Task KnowsHuts(Microsoft.AspNetCore.Http.HttpContext context, ChatCall call) =>
        ChatScripts.Says(("yes", call.Prompt.Contains("The hut", StringComparison.Ordinal) ? 0.95 : 0.05), ("no", 0.5))(context, call);

    /// <summary>A form and the index it is for.</summary>
    /// <param name="Shape">The index.</param>
    /// <param name="Body">With <c>$V</c> where the vector stands, and <c>$TEXT</c> where the text does.</param>
    private sealed record Form(FanShape Shape, string Body)
    {
        /// <summary>What it finds with the query vector turned left by an angle.</summary>
        public Func<double, IEnumerable<FanDocument>> Finds { get; init; } = static angle => Fan.Ranked(angle).Take(10);

        public bool IsBase64 { get; init; }

        /// <summary>Whether the body itself says what the vector stands for, so that no header is needed.</summary>
        public bool HoldsQueryText { get; init; }

        /// <summary>Whether what it finds with the turned vector is for the engine to say.</summary>
        public bool IsByEngine { get; init; }

        /// <summary>Whether the vectors are rounded, so that their order is nearly, not exactly, that of their angles.</summary>
        public bool IsRounded { get; init; }

        public string With(double angle) => Body
            .Replace("$V", IsBase64 ? $"\"{Fan.Base64(Fan.VectorAt(angle))}\"" : Fan.Json(Fan.VectorAt(angle)), StringComparison.Ordinal)
            .Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal);
    }
}
