using System.Text.RegularExpressions;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.TestSupport;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests;

/// <summary>
/// Clauses that hold text and no vector: refined where a target names the model that serves the field, and whatever breaks, the cluster gets the client's own
/// bytes.
/// </summary>
public sealed partial class TextClauseTests
{
    private const string ByTextEmbedding = """{"knn":{"field":"v", "query_vector_builder" : {"text_embedding":{"model_id":"m/1","model_text":"blue \"shoes\""}} ,"k":4}}""";

    private const string ByEmbedding = """{"query":{"knn":{"query_vector_builder":{"embedding":{"inference_id":"e","input":"blue shoes","timeout":"9s"}},"field":"v"}}}""";

    private const string ByEmbeddingOfObject = """{"retriever":{"knn":{"field":"v","k":4,"query_vector_builder":{"embedding":{"inference_id":"e","input":{"type":"text","value":"blue shoes"}}}}}}""";

    private const string ByNeural = """{"query":{"neural":{"v":{"query_text":"blue shoes","model_id":"m","filter":{"term":{"a":1}}}}}}""";

    private const string ElasticVector = """{"text_embedding":[{"embedding":[1,1]}]}""";

    private const string OpenSearchMapping = """{"i":{"mappings":{"properties":{"v":{"type":"knn_vector","dimension":2,"space_type":"cosinesimil"},"t":{"type":"text"}}}}}""";

    [Theory]
    [InlineData(ByTextEmbedding, """{"knn":{"field":"v", "query_vector":[V] ,"k":4}}""", "/_inference/text_embedding/m%2F1", """{"input":"blue \u0022shoes\u0022","input_type":"search"}""")]
    [InlineData(ByEmbedding, """{"query":{"knn":{"query_vector":[V],"field":"v"}}}""", "/_inference/embedding/e", """{"input":"blue shoes","input_type":"search"}""")]
    [InlineData(ByEmbeddingOfObject, """{"retriever":{"knn":{"field":"v","k":4,"query_vector":[V]}}}""", "/_inference/embedding/e", """{"input":"blue shoes","input_type":"search"}""")]
    public async Task Elasticsearch_embeds_the_text_and_the_refined_vector_takes_the_place_of_the_builder(
        string search, string refined, string target, string body)
    {
        string task = target.Contains("/text_", StringComparison.Ordinal) ? "text_embedding" : "embeddings";
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector.Replace("text_embedding", task, StringComparison.Ordinal));

        (_, _, string? outcome) = await cluster.SearchAsync(
            search, queryText: null, also: static request => request.Headers.Add("Authorization", "ApiKey abc"));

        Assert.Equal("""refined;judged=4;sample=4;angle=0.3;rule="rocchio@0.3" """.TrimEnd(), outcome);
        Assert.Equal(refined, Masked(Assert.Single(cluster.Searches)));
        UpstreamRequest asked = Assert.Single(cluster.OfModels);
        Assert.Equal(("POST", target, body, "ApiKey abc"), (asked.Method, asked.Target, asked.BodyText, asked.Headers["Authorization"]));
        Assert.Contains("\"query_vector\":[1,1]", Assert.Single(cluster.Samples).BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSearch_embeds_the_text_and_its_neural_query_goes_out_as_the_knn_it_stands_for()
    {
        await using FakeCluster cluster = await StartOpenSearchAsync("""{"inference_results":[{"output":[{"name":"sentence_embedding","data_type":"FLOAT32","shape":[2],"data":[1,1]}]}]}""");

        Assert.StartsWith("refined;judged=4", (await cluster.SearchAsync(ByNeural, queryText: null)).Outcome, StringComparison.Ordinal);

        Assert.Equal("""{"query":{"knn":{"v":{"vector":[V],"k":10,"filter":{"term":{"a":1}}}}}}""", Masked(Assert.Single(cluster.Searches)));
        UpstreamRequest asked = Assert.Single(cluster.OfModels);
        Assert.Equal(
            ("/_plugins/_ml/_predict/text_embedding/m", """{"text_docs":["blue shoes"],"return_number":true,"target_response":["sentence_embedding"]}"""),
            (asked.Target, asked.BodyText));
    }

    [Fact]
    public async Task Knn_that_fails_where_the_neural_query_would_not_gives_way_to_it()
    {
        // A semantic highlighter wants the text of the query: shards fail under status 200.
        const string Failed = """{"took":1,"timed_out":false,"_shards":{"total":1,"failed":1,"failures":[{"shard":0}]},"hits":{"hits":[]}}""";
        await using FakeCluster cluster = await StartOpenSearchAsync(
            """{"inference_results":[{"output":[{"data":[1,1]}]}]}""", search: request => new(request.BodyText.Contains("\"knn\"", StringComparison.Ordinal) ? Failed : FakeCluster.PlainReply));

        (int Status, string Body, string? Outcome) reply = await cluster.SearchAsync(ByNeural, queryText: null);

        Assert.Equal((200, FakeCluster.PlainReply, "unsupported"), reply);
        Assert.Equal(ByNeural, cluster.Searches[^1]);
        Assert.Equal(2, cluster.Searches.Count);
    }

    [Theory]
    [InlineData(ByTextEmbedding, "blue \"shoes\"")]
    [InlineData(ByEmbedding, "blue shoes")]
    public async Task Local_model_embeds_the_text_as_a_query_and_the_cluster_is_not_asked(string search, string text)
    {
        RecordingModel model = new([1, 1]);
        await using FakeCluster cluster = await StartAsync(QueryModel.Local, model);

        Assert.StartsWith("refined;judged=4", (await cluster.SearchAsync(search, queryText: null)).Outcome, StringComparison.Ordinal);

        Assert.Equal((text, EmbeddingPurpose.Query), Assert.Single(model.Asked));
        Assert.Empty(cluster.OfModels);
        Assert.Contains("\"query_vector\":[", Assert.Single(cluster.Searches), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_model_serves_a_neural_query_whose_model_the_pipeline_would_name()
    {
        const string Search = """{"query":{"neural":{"v":{"query_text":"blue shoes","k":3}}},"search_pipeline":"enricher"}""";
        await using FakeCluster cluster = await StartOpenSearchAsync("{}", QueryModel.Local, new RecordingModel([1, 1]));

        Assert.StartsWith("refined;", (await cluster.SearchAsync(Search, queryText: null)).Outcome, StringComparison.Ordinal);

        Assert.Equal("""{"query":{"knn":{"v":{"vector":[V],"k":3}}},"search_pipeline":"enricher"}""", Masked(Assert.Single(cluster.Searches)));
    }

    [Fact]
    public async Task Endpoint_that_does_not_tell_queries_from_documents_is_asked_without()
    {
        await using FakeCluster cluster = await StartAsync(
            request => request.BodyText.Contains("input_type", StringComparison.Ordinal) ? new("{}", 400) : new(ElasticVector));

        Assert.StartsWith("refined;", (await cluster.SearchAsync(ByTextEmbedding)).Outcome, StringComparison.Ordinal);

        Assert.Equal("""{"input":"blue \u0022shoes\u0022"}""", cluster.OfModels[^1].BodyText);
    }

    [Fact]
    public async Task Trained_model_gets_its_prefix_for_searches_under_the_name_it_reads()
    {
        await using FakeCluster cluster = await StartAsync(static request => request.Target switch
        {
            "/_ml/trained_models/m%2F1" => new("""{"count":1,"trained_model_configs":[{"model_id":"m/1","input":{"field_names":["words"]},"prefix_strings":{"ingest":"passage: ","search":"query: "}}]}"""),
            "/_ml/trained_models/m%2F1/_infer" => new("""{"inference_results":[{"predicted_value":[1,1]}]}"""),
            _ => new("{}", 404),
        });

        Assert.StartsWith("refined;", (await cluster.SearchAsync(ByTextEmbedding)).Outcome, StringComparison.Ordinal);

        Assert.Equal("""{"docs":[{"words":"query: blue \u0022shoes\u0022"}]}""", cluster.OfModels[^1].BodyText);
    }

    [Theory]
    [InlineData(ByTextEmbedding)]
    [InlineData(ByEmbedding)]
    [InlineData("""{"query":{"semantic":{"field":"v","query":"blue shoes"}}}""")]
    public async Task Where_no_target_names_a_model_the_search_goes_on_as_it_came_and_nobody_is_asked(string search)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        await AssertPassedAsync(cluster, search, "unsupported");
        Assert.Single(cluster.Requests);
    }

    [Theory]
    [InlineData("""{"query":{"semantic":{"field":"v","query":"blue shoes"}}}""")]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":{"text_embedding":{"model_text":"blue shoes"}},"k":4}}""")]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":{"embedding":{"inference_id":"e","input":{"type":"image","value":"AAAA"}}},"k":4}}""")]
    [InlineData("""{"query":{"neural":{"v":{"query_text":"blue shoes","query_image":"AAAA"}}}}""")]
    [InlineData(ByNeural)]   // of another engine than the mapping
    public async Task Clause_that_no_model_serves_goes_on_as_it_came(string search)
    {
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector);

        await AssertPassedAsync(cluster, search, "unsupported");
        Assert.Empty(cluster.OfModels);
    }

    [Theory]
    [InlineData(400, "{}", "unsupported")]
    [InlineData(403, """{"error":{"type":"security_exception"},"status":403}""", "unsupported")]
    [InlineData(404, "{}", "unsupported")]
    [InlineData(500, "{}", "unsupported")]
    [InlineData(200, "<html>", "unsupported")]
    [InlineData(200, "[]", "unsupported")]
    [InlineData(200, """{"text_embedding":[]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[1,1]},{"embedding":[1,1]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[1,NaN]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[1,1e999]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[1,null]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[0,0]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding_bits":[{"embedding":[1,1]}]}""", "unsupported")]
    [InlineData(200, """{"text_embedding":[{"embedding":[1,1,1]}]}""", "dimension-mismatch")]
    [InlineData(200, """{"inference_results":[{"warning":"Input field [text_field] does not exist in the source document"}]}""", "unsupported")]
    public async Task Model_that_refuses_or_answers_something_else_leaves_the_search_alone(int status, string answer, string outcome)
    {
        await using FakeCluster cluster = await StartAsync(_ => new(answer, status));

        await AssertPassedAsync(cluster, ByTextEmbedding, outcome);
        await AssertPassedAsync(cluster, ByEmbedding, outcome);
    }

    [Theory]
    [InlineData(float.NaN, 1f, "unsupported")]
    [InlineData(float.PositiveInfinity, 1f, "unsupported")]
    public async Task Local_model_that_gives_no_vector_leaves_the_search_alone(float first, float second, string outcome)
    {
        await using FakeCluster cluster = await StartAsync(QueryModel.Local, new RecordingModel([first, second]));

        await AssertPassedAsync(cluster, ByEmbedding, outcome);
        Assert.Empty(cluster.Samples);
    }

    [Theory]
    [InlineData("\"similarity\":\"dot_product\"", "[1,1]", "unsupported")]
    [InlineData("\"similarity\":\"dot_product\"", "[0.6,0.8]", "refined")]
    [InlineData("\"similarity\":\"dot_product\"", "[0.6003,0.8]", "refined")]   // within the tolerance of the engine
    [InlineData("\"element_type\":\"byte\"", "[0.6,0.8]", "unsupported")]
    [InlineData("\"element_type\":\"byte\"", "[60,80]", "refined")]
    [InlineData("\"element_type\":\"byte\",\"similarity\":\"dot_product\"", "[60,80]", "refined")]
    [InlineData("\"element_type\":\"bit\"", "[60,80]", "unsupported")]
    public async Task Embedded_vector_must_be_one_that_the_field_takes(string field, string vector, string outcome)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven,
            mapping: new($$$"""{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,{{{field}}} },"t":{"type":"text"} } } } }"""),
            configure: Names(QueryModel.Upstream),
            model: (_, _) => new(new UpstreamAnswer($$"""{"text_embedding":[{"embedding":{{vector}}}]}""")));

        (_, string body, string? named) = await cluster.SearchAsync(ByTextEmbedding, queryText: null);

        Assert.Equal(FakeCluster.PlainReply, body);
        Assert.StartsWith(outcome, named, StringComparison.Ordinal);
        Assert.Equal(outcome == "refined", cluster.Searches[^1] != ByTextEmbedding);
    }

    [Theory]
    [InlineData(QueryModel.Upstream)]
    [InlineData(QueryModel.Local)]
    internal async Task Model_that_hangs_leaves_the_search_alone_once_the_deadline_has_passed(QueryModel by)
    {
        FakeTimeProvider time = new();
        TaskCompletionSource waiting = new();
        TaskCompletionSource<Embedding<float>> never = new();
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven,
            configure: Names(by),
            replace: services =>
                services.AddSingleton<TimeProvider>(time).AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new RecordingModel([1, 1])
                {
                    Wait = async () =>
                    {
                        waiting.TrySetResult();
                        await never.Task;   // deaf to cancellation
                    },
                }),
            model: async (_, cancellationToken) =>
            {
                waiting.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return new("");
            });

        Task<(int Status, string Body, string? Outcome)> search = cluster.SearchAsync(ByTextEmbedding);
        await waiting.Task;
        Assert.Empty(cluster.Searches);
        time.Advance(TimeSpan.FromSeconds(31));

        Assert.StartsWith("deadline-passed", (await search).Outcome, StringComparison.Ordinal);
        Assert.Equal([ByTextEmbedding], cluster.Searches);
    }

    [Theory]
    [InlineData(ByTextEmbedding)]
    [InlineData(ByEmbedding)]
    public async Task Judge_that_fails_leaves_the_builder_where_it_was(string search)
    {
        await using FakeCluster cluster = await StartAsync(
            answer: ElasticVector, judge: new ScriptedJudge(static (_, _, _) => throw new JudgeException("down")));

        await AssertPassedAsync(cluster, search, "judge-failed");
    }

    [Fact]
    public async Task Two_builders_of_one_text_cost_one_call_and_change_together()
    {
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector);

        await cluster.SearchAsync(
            """{"knn":[{"field":"v","query_vector_builder":{"embedding":{"inference_id":"e","input":"x"}},"k":4},{"query_vector_builder":{"embedding":{"input":"x","inference_id":"e"}},"field":"v","k":9}]}""");

        Assert.Equal("""{"knn":[{"field":"v","query_vector":[V],"k":4},{"query_vector":[V],"field":"v","k":9}]}""", Masked(Assert.Single(cluster.Searches)));
        Assert.Single(Vectors().Matches(cluster.Searches[0]).Select(static vector => vector.Value).Distinct());
        Assert.Single(cluster.OfModels);
        Assert.Single(cluster.Samples);
    }

    [Theory]
    [InlineData("""{"knn":[{"field":"v","query_vector_builder":B,"k":4},{"field":"v","query_vector":[1.0,1],"k":9}]}""")]
    [InlineData("""{"knn":[{"field":"v","query_vector":[1.0,1],"k":9},{"field":"v","query_vector_builder":B,"k":4}]}""")]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":B,"k":4},"rescore":{"query":{"rescore_query":{"script_score":{"query":{"match_all":{}},"script":{"source":"dotProduct(params.q,'v')","params":{"q":[1,1]}}}}}}}""")]
    [InlineData("""{"retriever":{"diversify":{"type":"mmr","field":"v","query_vector_builder":B,"retriever":{"knn":{"field":"v","query_vector_builder":B,"k":4}}}}}""")]
    [InlineData("""{"retriever":{"diversify":{"type":"mmr","field":"v","query_vector_builder":B,"retriever":{"knn":{"field":"v","query_vector":[1,1],"k":4}}}}}""")]
    [InlineData("""{"retriever":{"diversify":{"type":"mmr","field":"v","query_vector":[1,1],"retriever":{"knn":{"field":"v","query_vector_builder":B,"k":4}}}}}""")]
    [InlineData("""{"knn":{"field":"v","query_vector_builder":B,"k":4},"post_filter":{"knn":{"field":"v","query_vector_builder":B,"k":50}}}""")]
    public async Task All_copies_change_together_whether_they_are_written_out_or_embedded(string form)
    {
        string search = form.Replace("B", """{"embedding":{"inference_id":"e","input":"x"}}""", StringComparison.Ordinal);
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector);

        Assert.StartsWith("refined;", (await cluster.SearchAsync(search)).Outcome, StringComparison.Ordinal);

        string sent = Assert.Single(cluster.Searches);
        Assert.DoesNotContain("query_vector_builder", sent, StringComparison.Ordinal);
        Assert.Single(Vectors().Matches(sent).Select(static vector => vector.Value).Distinct());
        Assert.Equal(Masked(form.Replace("\"query_vector_builder\":B", "\"query_vector\":[1,1]", StringComparison.Ordinal)), Masked(sent));
        Assert.Single(cluster.OfModels);
    }

    [Theory]
    [InlineData("alias", true)]
    [InlineData("w", true)]
    [InlineData("unmapped", false)]
    public async Task Copy_in_a_builder_goes_by_any_name_of_the_field_and_where_nothing_tells_whose_it_is_none_changes(string name, bool isRefined)
    {
        const string Builder = """{"embedding":{"inference_id":"e","input":"x"}}""";
        string search = $$"""{"knn":{"field":"v","query_vector_builder":{{Builder}},"k":4},"post_filter":{"knn":{"field":"{{name}}","query_vector_builder":{{Builder}},"k":50} } }""";
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven,
            mapping: new("""{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2},"w":{"type":"dense_vector","dims":2},"alias":{"type":"alias","path":"v"},"t":{"type":"text"}}}}}"""),
            configure: Names(QueryModel.Upstream),
            model: (_, _) => new(new UpstreamAnswer(ElasticVector)));

        (_, _, string? outcome) = await cluster.SearchAsync(search, queryText: null);

        Assert.StartsWith(isRefined ? "refined;" : "unsupported", outcome, StringComparison.Ordinal);
        Assert.Equal(isRefined ? name == "alias" ? 2 : 1 : 0, Vectors().Count(Assert.Single(cluster.Searches)));
    }

    [Fact]
    public async Task Searches_of_one_request_are_refined_each_by_its_own_text()
    {
        await using FakeCluster cluster = await StartAsync(static request => new(
            request.BodyText.Contains("\"x\"", StringComparison.Ordinal) ? """{"embeddings":[{"embedding":[1,1]}]}""" : """{"embeddings":[{"embedding":[1,0]}]}"""));
        string lines = string.Concat(new[] { "x", "y" }.Select(static text =>
            "{}\n" + $$$$"""{"knn":{"field":"v","query_vector_builder":{"embedding":{"inference_id":"e","input":"{{{{text}}}}"}},"k":4}}""" + "\n"));

        (_, _, string? outcome) = await cluster.SearchAsync(lines, queryText: null, target: "i/_msearch");

        Assert.Equal("refined=2", outcome);
        string sent = Assert.Single(cluster.Requests, static request => request.Target == "/i/_msearch").BodyText;
        Assert.Equal("""{}N{"knn":{"field":"v","query_vector":[V],"k":4}}N{}N{"knn":{"field":"v","query_vector":[V],"k":4}}N""".Replace("N", "\n", StringComparison.Ordinal), Masked(sent));
        Assert.Equal(2, Vectors().Matches(sent).Select(static vector => vector.Value).Distinct().Count());
    }

    [Fact]
    public async Task Another_text_in_diversify_is_no_copy()
    {
        const string Search = """{"retriever":{"diversify":{"type":"mmr","field":"v","query_vector_builder":{"embedding":{"inference_id":"e","input":"y"}},"retriever":{"knn":{"field":"v","query_vector_builder":{"embedding":{"inference_id":"e","input":"x"}},"k":4}}}}}""";
        await using FakeCluster cluster = await StartAsync(static request => new(request.BodyText.Contains("\"y\"", StringComparison.Ordinal) ? """{"embeddings":[{"embedding":[1,0]}]}""" : ElasticVector));

        Assert.StartsWith("refined;", (await cluster.SearchAsync(Search)).Outcome, StringComparison.Ordinal);

        Assert.Equal(Search.Replace("""query_vector_builder":{"embedding":{"inference_id":"e","input":"x"}}""", """query_vector":[V]""", StringComparison.Ordinal), Masked(Assert.Single(cluster.Searches)));
    }

    [Theory]
    [InlineData("""{"embedding":{"inference_id":"e","input":"x"}}""")]
    [InlineData("""{"text_embedding":{"model_text":"x"}}""")]
    public async Task Where_nobody_can_tell_whether_a_builder_hides_a_copy_none_changes(string builder)
    {
        string search = """{"retriever":{"diversify":{"type":"mmr","field":"v","query_vector_builder":B,"retriever":{"knn":{"field":"v","query_vector":[1,1],"k":4}}}}}"""
            .Replace("B", builder, StringComparison.Ordinal);
        await using FakeCluster unnamed = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        await using FakeCluster refusing = await StartAsync(static _ => new("{}", 403));

        await AssertPassedAsync(unnamed, search, "unsupported", "a question");
        await AssertPassedAsync(refusing, search, "unsupported", "a question");
        Assert.Empty(refusing.Samples);
    }

    [Fact]
    public async Task Later_page_has_the_vector_of_its_first_page_although_the_model_never_gives_quite_the_same()
    {
        int calls = 0;
        FakeTimeProvider time = new();
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven,
            configure: Names(QueryModel.Upstream),
            replace: services => services.AddSingleton<TimeProvider>(time),
            model: (_, _) => new(new UpstreamAnswer($$"""{"text_embedding":[{"embedding":[1,1.00000{{++calls}}]}]}""")));

        await cluster.SearchAsync(ByTextEmbedding);
        time.Advance(TimeSpan.FromMinutes(2));   // the text is forgotten, the page is not
        (_, _, string? outcome) = await cluster.SearchAsync(ByTextEmbedding.Replace("\"k\":4}", "\"k\":40},\"from\":4", StringComparison.Ordinal));

        Assert.StartsWith("refined-from-cache;", outcome, StringComparison.Ordinal);
        Assert.Equal(2, calls);
        Assert.Equal(Vectors().Match(cluster.Searches[0]).Value, Vectors().Match(cluster.Searches[1]).Value);
    }

    [Fact]
    public async Task Later_page_whose_first_page_went_out_plain_stays_plain()
    {
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector);

        await AssertPassedAsync(cluster, ByTextEmbedding.Replace("\"k\":4}", "\"k\":40},\"from\":4", StringComparison.Ordinal), "plain-sequence");
    }

    [Fact]
    public async Task Repeat_asks_neither_model_nor_judge()
    {
        await using FakeCluster cluster = await StartAsync(answer: ElasticVector);

        await cluster.SearchAsync(ByEmbedding);
        Assert.StartsWith("refined-from-cache;", (await cluster.SearchAsync(ByEmbedding)).Outcome, StringComparison.Ordinal);

        Assert.Single(cluster.OfModels);
        Assert.Single(cluster.Samples);
    }

    [Fact]
    public async Task What_a_model_said_to_one_caller_is_not_told_to_another()
    {
        await using FakeCluster cluster = await StartAsync(
            static request => request.Headers.ContainsKey("Authorization") ? new(ElasticVector) : new("{}", 403));

        (_, _, string? outcome) = await cluster.SearchAsync(ByEmbedding, also: static request => request.Headers.Add("Authorization", "ApiKey abc"));
        Assert.StartsWith("refined;", outcome, StringComparison.Ordinal);
        Assert.StartsWith("unsupported", (await cluster.SearchAsync(ByEmbedding)).Outcome, StringComparison.Ordinal);
    }

    private static Task<FakeCluster> StartAsync(string answer, IRelevanceJudge? judge = null) => StartAsync(_ => new(answer), judge);

    private static Task<FakeCluster> StartAsync(Func<UpstreamRequest, UpstreamAnswer> model, IRelevanceJudge? judge = null) => FakeCluster.StartAsync(
        judge ?? ScriptedJudge.LikesEven, configure: Names(QueryModel.Upstream), model: (request, _) => new(model(request)));

    private static Task<FakeCluster> StartAsync(QueryModel by, RecordingModel model) => FakeCluster.StartAsync(
        ScriptedJudge.LikesEven, configure: Names(by), replace: services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(model));

    private static Task<FakeCluster> StartOpenSearchAsync(
        string answer, QueryModel by = QueryModel.Upstream, RecordingModel? model = null,
        Func<UpstreamRequest, UpstreamAnswer>? search = null) => FakeCluster.StartAsync(
        ScriptedJudge.LikesEven,
        mapping: new(OpenSearchMapping),
        sample: new(InFields().Replace(FakeCluster.SampleReply(), "{$1,\"v\":$2}")),
        configure: Names(by),
        replace: services => _ = model is null ? services : services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(model),
        model: (_, _) => new(new UpstreamAnswer(answer)),
        search: search);

    private static Func<EsRefineSettings, EsRefineSettings> Names(QueryModel model) =>
        settings => settings with { Targets = [new TargetSettings { Index = "i", Model = model }] };

    private static async Task AssertPassedAsync(FakeCluster cluster, string search, string outcome, string? queryText = null)
    {
        (int status, string body, string? named) = await cluster.SearchAsync(search, queryText);

        Assert.Equal((200, FakeCluster.PlainReply), (status, body));
        Assert.Equal(search, cluster.Searches[^1]);
        Assert.StartsWith(outcome, named, StringComparison.Ordinal);
    }

    private static string Masked(string body) => Vectors().Replace(body, "[V]");

    [GeneratedRegex(@"\[-?[\d.]+(e-?\d+)?,-?[\d.]+(e-?\d+)?\]")]
    private static partial Regex Vectors();

    [GeneratedRegex("""\{("t":"[^"]*")\},"fields":\{"v":\[(\[[^]]*\])\]\}""")]
    private static partial Regex InFields();

    /// <summary>A model that gives one vector for every text.</summary>
    private sealed class RecordingModel(float[] vector) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<(string Text, EmbeddingPurpose Purpose)> Asked { get; } = [];

        public Func<Task> Wait { get; init; } = static () => Task.CompletedTask;

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Asked.AddRange(values.Select(text => (text, EmbeddingPurposes.Of(options))));
            await Wait();
            return [.. values.Select(_ => new Embedding<float>(vector))];
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
