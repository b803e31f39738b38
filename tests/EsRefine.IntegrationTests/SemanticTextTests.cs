using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Xunit;
using Form = EsRefine.IntegrationTests.EveryFormTests.Form;

namespace EsRefine.IntegrationTests;

/// <summary>
/// kNN queries on <c>semantic_text</c>, where Elasticsearch splits texts into chunks and embeds them. Each hit is judged by its best chunk, whose vector is
/// used for refinement.
/// </summary>
public sealed class SemanticTextTests(ElasticsearchEngine elasticsearch, FanModels models)
{
    private const string Query = """{"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""";

    private const string OldFormat = ""","index.mapping.semantic_text.use_legacy_format":true""";

    private static readonly FanShape Long = FanShape.LongSemantic();

    private static IReadOnlyDictionary<string, Form> Forms { get; } = new Dictionary<string, Form>
    {
        ["texts of one chunk"] = new(FanShape.Semantic(""" "st":$SEMANTIC """, static document => new { st = document.Text }), Query),
        ["texts of several chunks"] = new(Long, Query),
        ["texts of several chunks in the format before 8.18"] = new(FanShape.LongSemantic(OldFormat), Query),
        ["lists of texts"] = new(FanShape.Semantic(""" "st":$SEMANTIC """, static document => new { st = new[] { FanShape.Preface, document.Text } }), Query),
        ["texts copied to the field"] = new(
            FanShape.Semantic(
                """ "st":$SEMANTIC,"title":{"type":"text","copy_to":"st"},"body":{"type":"text","copy_to":"st"} """,
                static document => new { title = FanShape.Preface, body = document.Text }),
            Query),
        ["a field of a field"] = new(
            FanShape.Semantic(""" "body":{"type":"text","fields":{"st":$SEMANTIC}} """, static document => new { body = FanShape.LongText(document) }),
            Query.Replace("\"st\"", "\"body.st\"", StringComparison.Ordinal)),
        ["a field of an object"] = new(
            FanShape.Semantic(""" "page":{"properties":{"st":$SEMANTIC}} """, static document => new { page = new { st = FanShape.LongText(document) } }),
            Query.Replace("\"st\"", "\"page.st\"", StringComparison.Ordinal)),
        ["vectors kept as bfloat16, as is the default"] = new(
            FanShape.Semantic(""" "st":{"type":"semantic_text","inference_id":"$EMBEDDER"} """, static document => new { st = FanShape.LongText(document) }),
            Query)
        { IsRounded = true },
        ["a vector in Base64"] = new(Long, Query) { Vector = static () => $"\"{Fan.Base64(Fan.VectorAt(0))}\"" },
        ["a filter of the clause"] = new(Long, """
            {"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100,"filter":{"bool":{"must_not":{"term":{"shelf":"odd"}}}}}}}
            """) { Finds = EveryFormTests.EvenShelf },
        ["filters around the clause"] = new(Long, """
            {"size":10,"query":{"bool":{"must":[{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100}},{"exists":{"field":"shelf"}}],
              "filter":{"terms":{"shelf":["even","none"]}},"must_not":[{"term":{"shelf":"none"}}]}}}
            """) { Finds = EveryFormTests.EvenShelf },
        ["a similarity to reach"] = new(Long, """{"size":60,"query":{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100,"similarity":0.959661}}}""")
        {
            Finds = EveryFormTests.Within(0.285),
        },
        ["rescored vectors"] = new(Long, """{"size":10,"query":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100,"rescore_vector":{"oversample":2.0}}}}"""),
        ["a standard retriever"] = new(Long, """
            {"size":10,"retriever":{"standard":{"filter":{"term":{"shelf":"even"}},"query":{"knn":{"field":"st","query_vector":$V,"k":60,"num_candidates":100}}}}}
            """) { Finds = EveryFormTests.EvenShelf },
        ["a copy of the vector to diversify by"] = new(Long, """
            {"size":10,"retriever":{"diversify":{"type":"mmr","field":"st","lambda":0.9,"size":10,"rank_window_size":20,"query_vector":$V,
              "retriever":{"standard":{"query":{"knn":{"field":"st","query_vector":$V,"k":20,"num_candidates":100}}}}}}}
            """) { IsByEngine = true },
        ["the text it stands for in a match on the same field"] = new(Long, """
            {"size":10,"query":{"bool":{"must":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}},"should":{"match":{"st":{"query":"$TEXT","boost":0}}}}}}
            """.Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal)) { HoldsQueryText = true },
        ["the text it stands for in a semantic query"] = new(Long, """
            {"size":10,"query":{"bool":{"must":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}},"should":{"semantic":{"field":"st","query":"$TEXT","boost":0}}}}}
            """.Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal)) { HoldsQueryText = true },
    };

    public static TheoryData<string> NamesOfForms => [.. Forms.Keys];

    [Theory]
    [MemberData(nameof(NamesOfForms))]
    public async Task Elasticsearch_finds_more_that_is_relevant(string form)
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await EveryFormTests.IsRefined(engine, await models.IndexAsync(engine, Forms[form].Shape), Forms[form]);
    }

    [Fact]
    public async Task Elasticsearch_finds_more_behind_an_alias_beside_indices_that_hold_no_such_field()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string other = engine.NewIndexName("other");
        string alias = engine.NewIndexName("alias");
        await engine.SendAsync(HttpMethod.Put, $"/{other}", """{"mappings":{"properties":{"text":{"type":"text"}}}}""");
        await engine.SendAsync(
            HttpMethod.Post, "/_aliases", $$$"""{"actions":[{"add":{"indices":["{{{await models.IndexAsync(engine, Long)}}}","{{{other}}}"],"alias":"{{{alias}}}"}}]}""");

        await EveryFormTests.IsRefined(engine, alias, new(Long, Query));
    }

    [Theory]
    [InlineData("")]
    [InlineData("", "st")]
    [InlineData("even\n", "shelf", "st")]
    public async Task The_judge_reads_the_best_chunk_and_the_other_texts_of_the_target(string before, params string[] texts)
    {
        RunningEngine engine = await elasticsearch.UseAsync();

        string[] prompts = await PromptsAsync(engine, await models.IndexAsync(engine, Long), "st", texts, Query);

        Assert.All(prompts, static prompt => Assert.DoesNotContain(FanShape.Preface, prompt, StringComparison.Ordinal));
        Assert.All(
            Fan.Ranked(0).Take(20).Where(static document => document.Shelf == "even"),
            document => Assert.Contains(prompts, prompt => prompt.Contains(before + document.Text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(OldFormat)]
    public async Task The_judge_reads_all_of_a_semantic_text_beside_a_vector_of_another_field(string settings)
    {
        FanShape shape = FanShape.Semantic(
            """ "st":$SEMANTIC,"v":{"type":"dense_vector","dims":8,"index_options":{"type":"hnsw"}} """,
            static document => new { st = FanShape.LongText(document), v = Fan.VectorAt(document.Angle) },
            settings);
        RunningEngine engine = await elasticsearch.UseAsync();

        string[] prompts = await PromptsAsync(
            engine, await models.IndexAsync(engine, shape), "v", ["st"], """{"knn":{"field":"v","query_vector":$V,"k":10,"num_candidates":100}}""");

        Assert.All(
            Fan.Ranked(0).Take(20), document => Assert.Contains(prompts, prompt => prompt.Contains(FanShape.LongText(document), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"query":{"semantic":{"field":"st","query":"$TEXT"}}}""", 200, "unsupported")]
    [InlineData("""{"query":{"match":{"st":"$TEXT"}}}""", 200, null)]
    [InlineData("""{"query":{"bool":{"must":{"match":{"st":"$TEXT"}},"should":{"semantic":{"field":"st","query":"$TEXT"}}}}}""", 200, "unsupported")]
    [InlineData("""{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}""", 400, "unsupported")]
    [InlineData("""{"retriever":{"knn":{"field":"st","query_vector":$V,"k":10,"num_candidates":100}}}""", 400, "unsupported")]
    [InlineData("""{"query":{"knn":{"field":"alias","query_vector":$V,"k":10,"num_candidates":100}}}""", 400, "unsupported")]
    public async Task Search_without_a_vector_or_refused_by_Elasticsearch_is_forwarded_without_judgments(string body, int status, string? outcome)
    {
        FanShape shape = FanShape.Semantic(
            """ "st":$SEMANTIC,"alias":{"type":"alias","path":"st"} """, static document => new { st = FanShape.LongText(document) });
        RunningEngine engine = await elasticsearch.UseAsync();
        string target = $"{await models.IndexAsync(engine, shape)}/_search";
        string search = body.Replace("$V", Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal).Replace("$TEXT", Fan.QueryText, StringComparison.Ordinal);
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(judge.Url));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, search);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, search, Fan.QueryHeader);

        Assert.Equal((status, status), ((int)plain.Status, (int)reply.Status));
        Assert.Equal(plain.Masked, reply.Masked);
        Assert.Equal(outcome, reply.Outcome?.Split(';')[0]);
        Assert.Empty(judge.Calls);
    }

    /// <summary>The texts that a judge reads for a search.</summary>
    private static async Task<string[]> PromptsAsync(RunningEngine engine, string index, string field, string[] texts, string body)
    {
        await using ScriptedChatServer judge = await ScriptedChatServer.StartAsync(Fan.KnowsHuts);
        await using Sidecar sidecar = await SidecarInFront.Of(SidecarInFront.Settings(engine.Url, SidecarInFront.Chat(judge.Url)) with
        {
            Targets = [new TargetSettings { Index = index, Field = field, Text = texts }],
        });
        string search = body.Replace("$V", Fan.Json(Fan.VectorAt(0)), StringComparison.Ordinal);

        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", search, Fan.QueryHeader);

        Assert.StartsWith("refined;judged=20;sample=20;", refined.Outcome, StringComparison.Ordinal);
        return [.. judge.Calls.Select(static call => call.Prompt)];
    }
}
