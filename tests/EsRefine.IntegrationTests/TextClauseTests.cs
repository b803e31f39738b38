using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.TestSupport;
using EsRefine.TestSupport.Engines;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// Clauses with a text instead of a vector, embedded by a local model or by the cluster. The test engines do not support such clauses and answer with an error,
/// which must reach the client if the judge is unreachable. They do support everything that refinement needs: mapping, sample, inference endpoint, and the
/// search with the refined vector.
/// </summary>
public sealed class TextClauseTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices, FanModels models)
{
    private static readonly string Text = JsonSerializer.Serialize(Fan.QueryText);

    private static readonly string Neural = $$$"""{"size":10,"query":{"neural":{"v":{"query_text":{{{Text}}},"model_id":"m","k":10 } } } }""";

    [Fact]
    public async Task Elasticsearch_embeds_the_text_of_text_embedding_by_its_inference_endpoint()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string endpoint = (await models.UseAsync(engine)).Embedder;
        await IsRefined(engine, engine.Url, FanMapping.Elasticsearch(), ByTextEmbedding(endpoint, Text), QueryModel.Upstream);
    }

    [Fact]
    public async Task Elasticsearch_embeds_the_text_of_embedding_by_its_inference_endpoint()
    {
        // No available service has endpoints of the task that this builder requires, so the test uses one of text_embedding.
        RunningEngine engine = await elasticsearch.UseAsync();
        string endpoint = (await models.UseAsync(engine)).Embedder;
        await using FakeUpstream relay = await FakeUpstream.StartAsync(async (request, cancellationToken) =>
            await Relay.ToAsync(
                engine, request, cancellationToken, request.Target.Replace("/_inference/embedding/", "/_inference/text_embedding/", StringComparison.Ordinal)));
        await IsRefined(engine, relay.Url, FanMapping.Elasticsearch(), ByEmbedding(endpoint), QueryModel.Upstream);
    }

    [Fact]
    public async Task Elasticsearch_that_refuses_to_embed_answers_the_original_search()
    {
        // The endpoint has another task than the builder requires, so the search is an error.
        RunningEngine engine = await elasticsearch.UseAsync();
        string search = ByEmbedding((await models.UseAsync(engine)).Embedder);
        string target = $"{await indices.GetAsync(engine, FanMapping.Elasticsearch())}/_search";
        await using Sidecar sidecar = await StartAsync(engine.Url, Fan.Judge, QueryModel.Upstream);

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, search);
        SearchReply reply = await SearchReply.OfAsync(sidecar.DataUrl, target, search);

        Assert.Equal((plain.Status, plain.Masked), (reply.Status, reply.Masked));
        Assert.StartsWith("unsupported", reply.Outcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_model_embeds_the_text_for_Elasticsearch()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await IsRefined(engine, engine.Url, FanMapping.Elasticsearch(), ByEmbedding("any"), QueryModel.Local);
    }

    [Fact]
    public async Task Local_model_and_the_cluster_refine_alike_with_the_same_model()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        EsRefineSettings settings = SidecarInFront.Settings(engine.Url, Jaguars.Judge);
        settings = settings with
        {
            Model = new ModelSettings { Folder = await MiniLmModel.EnsureAsync(progress: null, TestContext.Current.CancellationToken) },
            Listen = settings.Listen with { Models = "127.0.0.1:0" },
            Targets = [new TargetSettings { Index = "*", Model = QueryModel.Local }],
        };
        await using Sidecar local = await SidecarInFront.Of(settings);
        await using Sidecar upstream = await SidecarInFront.Of(
            SidecarInFront.Settings(engine.Url, Jaguars.Judge) with { Targets = [new TargetSettings { Index = "*", Model = QueryModel.Upstream }] });
        string endpoint = await (await models.UseAsync(engine)).Server.NewEmbedderAsync(new Uri(local.ModelsUrl!, "v1/embeddings"));
        IEmbeddingGenerator<string, Embedding<float>> model = local.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        string target = $"{await Jaguars.IndexAsync(engine, model)}/_search";
        ReadOnlyMemory<float> vector = await model.GenerateVectorAsync(Jaguars.QueryText, EmbeddingPurposes.Query, TestContext.Current.CancellationToken);

        SearchReply plain = await SearchReply.OfAsync(
            engine.Url, target, $$"""{"size":5,"knn":{"field":"v","query_vector":{{Fan.Json(vector.ToArray())}},"k":5,"num_candidates":100} }""");
        string search = ByTextEmbedding(endpoint, JsonSerializer.Serialize(Jaguars.QueryText)).Replace("\"size\":10", "\"size\":5", StringComparison.Ordinal);
        SearchReply here = await SearchReply.OfAsync(local.DataUrl, target, search);
        SearchReply there = await SearchReply.OfAsync(upstream.DataUrl, target, search);

        Assert.StartsWith("refined;judged=20;sample=20;angle=0.3", here.Outcome, StringComparison.Ordinal);
        Assert.Equal((here.Outcome, here.Masked), (there.Outcome, there.Masked));
        Assert.True(here.Ids.Count(Jaguars.IsRelevant) > plain.Ids.Count(Jaguars.IsRelevant));
    }

    [Fact]
    public async Task OpenSearch_embeds_the_text_of_a_neural_query()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await using FakeUpstream relay = await FakeUpstream.StartAsync(
            async (request, cancellationToken) => request.Target == "/_plugins/_ml/_predict/text_embedding/m"
            ? new UpstreamAnswer($$"""{"inference_results":[{"output":[{"name":"sentence_embedding","data_type":"FLOAT32","shape":[8],"data":{{Fan.Json(Fan.VectorAt(0))}}}]}]}""")
            : await Relay.ToAsync(engine, request, cancellationToken));
        await IsRefined(engine, relay.Url, FanMapping.OpenSearch(), Neural, QueryModel.Upstream);
    }

    [Fact]
    public async Task Local_model_embeds_the_text_for_OpenSearch()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await IsRefined(engine, engine.Url, FanMapping.OpenSearch(), Neural, QueryModel.Local);
    }

    private async Task IsRefined(RunningEngine engine, Uri upstream, string mapping, string body, QueryModel model)
    {
        string target = $"{await indices.GetAsync(engine, mapping)}/_search";
        await using Sidecar sidecar = await StartAsync(upstream, Fan.Judge, model);
        // the discard port: nothing listens there
        await using Sidecar withoutJudge = await StartAsync(upstream, SidecarInFront.Chat(new Uri("http://127.0.0.1:9/v1")), model);

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, body);
        SearchReply again = await SearchReply.OfAsync(sidecar.DataUrl, target, body.Replace("\"size\":10", "\"size\":5,\"from\":5", StringComparison.Ordinal));
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, body);

        Assert.Equal("refined;judged=20;sample=20;angle=0.3;rule=\"rocchio@0.3\"", refined.Outcome);
        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Ids);
        Assert.StartsWith("refined-from-cache;", again.Outcome, StringComparison.Ordinal);
        Assert.Equal(refined.Ids[5..], again.Ids);
        Assert.Equal((plain.Status, plain.Masked), (unjudged.Status, unjudged.Masked));
        Assert.StartsWith("judge-failed;", unjudged.Outcome, StringComparison.Ordinal);
    }

    private static Task<Sidecar> StartAsync(Uri upstream, JudgeSettings judge, QueryModel model) => SidecarInFront.Of(
        SidecarInFront.Settings(upstream, judge) with { Targets = [new TargetSettings { Index = "*", Field = "v", Model = model }] },
        static services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new AheadModel()));

    private static string ByTextEmbedding(string endpoint, string text) =>
        $$$"""{"size":10,"knn":{"field":"v","query_vector_builder":{"text_embedding":{"model_id":"{{{endpoint}}}","model_text":{{{text}}} } },"k":10,"num_candidates":100} }""";

    private static string ByEmbedding(string endpoint) =>
        $$$"""{"size":10,"query":{"knn":{"query_vector_builder":{"embedding":{"inference_id":"{{{endpoint}}}","input":{"type":"text","value":{{{Text}}} } } },"field":"v","k":10,"num_candidates":100} } }""";

    /// <summary>A local model that returns the query vector of <see cref="Fan"/> for every text.</summary>
    private sealed class AheadModel : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<GeneratedEmbeddings<Embedding<float>>>([.. values.Select(static _ => new Embedding<float>(Fan.VectorAt(0)))]);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
