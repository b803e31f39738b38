using EsRefine.Configuration;
using EsRefine.TestSupport;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Sampling;

/// <summary>Vectors are read back by the first way that works, which is remembered for the index and the field.</summary>
public class ReadingOrderTests
{
    private const string ElasticsearchMapping = """{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,"similarity":"cosine"},"t":{"type":"text"}}}}}""";

    private const string OpenSearchMapping = """{"i":{"mappings":{"properties":{"v":{"type":"knn_vector","dimension":2,"space_type":"cosinesimil"},"t":{"type":"text"}}}}}""";

    private const string SemanticMapping = """{"i":{"mappings":{"properties":{"st":{"type":"semantic_text","model_settings":{"dimensions":2,"similarity":"cosine"}}}}}}""";

    private const string SemanticBody = """{"query":{"knn":{"field":"st","query_vector":[1,1]}}}""";

    private const string OpenSearchBody = """{"query":{"knn":{"v":{"vector":[1,1],"k":4}}}}""";

    [Fact]
    public async Task Elasticsearch_is_asked_way_by_way_until_one_works_and_then_only_that_way()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            ElasticsearchMapping, static way => way == "script_fields" ? FakeCluster.SampleReply() : FakeCluster.SampleReply("{}"));

        Assert.StartsWith("refined", await cluster.OutcomeAsync(), StringComparison.Ordinal);
        Assert.StartsWith("refined", await cluster.OutcomeAsync(), StringComparison.Ordinal);

        Assert.Equal(["docvalue_fields", "fields", "_source", "script_fields", "script_fields"], cluster.Ways);
    }

    [Fact]
    public async Task OpenSearch_gives_vectors_in_source_or_by_script()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            OpenSearchMapping, static way => way == "script_fields" ? FakeCluster.SampleReply() : FakeCluster.SampleReply("{}"));

        Assert.StartsWith("refined", await cluster.OutcomeAsync(OpenSearchBody), StringComparison.Ordinal);

        Assert.Equal(["_source", "script_fields"], cluster.Ways);
    }

    [Fact]
    public async Task What_worked_for_one_index_says_nothing_of_another()
    {
        await using Cluster cluster = await Cluster.StartAsync(
            ElasticsearchMapping, static way => way == "fields" ? FakeCluster.SampleReply() : null);

        await cluster.OutcomeAsync(index: "i");
        await cluster.OutcomeAsync(index: "j");
        await cluster.OutcomeAsync(index: "j");

        Assert.Equal(["docvalue_fields", "fields", "docvalue_fields", "fields", "fields"], cluster.Ways);
    }

    [Fact]
    public async Task A_field_whose_vectors_cannot_be_had_is_left_alone_for_a_minute()
    {
        FakeTimeProvider time = new();
        await using Cluster cluster = await Cluster.StartAsync(
            OpenSearchMapping, static _ => FakeCluster.SampleReply("{}"), services => services.AddSingleton<TimeProvider>(time));

        Assert.StartsWith("vectors-unavailable", await cluster.OutcomeAsync(OpenSearchBody), StringComparison.Ordinal);
        Assert.StartsWith("vectors-unavailable", await cluster.OutcomeAsync(OpenSearchBody), StringComparison.Ordinal);
        Assert.Equal(2, cluster.Ways.Count);

        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.OutcomeAsync(OpenSearchBody);
        Assert.Equal(4, cluster.Ways.Count);
    }

    [Theory]
    [InlineData(OpenSearchMapping, OpenSearchBody, 0, "refined")]
    [InlineData(OpenSearchMapping, OpenSearchBody, 0.2, "vectors-unavailable")]   // another model than the one behind the scores
    [InlineData(SemanticMapping, SemanticBody, 0, "refined")]   // chunks
    [InlineData(SemanticMapping, SemanticBody, 0.2, "vectors-unavailable")]
    public async Task The_configured_model_embeds_the_texts_where_its_vectors_give_the_scores_of_the_engine(
        string mapping, string body, double offset, string outcome)
    {
        string reply = FakeCluster.SampleReply("{}");
        for (int i = 1; i <= 4; i++)
        {
            string score = (1 - (0.1 * i)).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            reply = reply.Replace($"\"_score\":{score}", FormattableString.Invariant($"\"_score\":{((1 + (1.5 / Math.Sqrt(2.5))) / 2) - offset}"), StringComparison.Ordinal);
        }

        reply = mapping == SemanticMapping ? reply.Replace("\"_source\":{\"t\"", "\"highlight\":{\"st\"", StringComparison.Ordinal) : reply;
        await using Cluster cluster = await Cluster.StartAsync(
            mapping, _ => reply, static services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new TwoAxes()));

        Assert.StartsWith(outcome, await cluster.OutcomeAsync(body), StringComparison.Ordinal);
    }

    /// <summary>Embeds <c>text 2</c> near one axis and <c>text 1</c> near the other; both at one angle from [1,1].</summary>
    private sealed class TwoAxes : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(static text =>
                new Embedding<float>((text[^1] - '0') % 2 == 0 ? new float[] { 1, 0.5f } : new float[] { 0.5f, 1 }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>A sidecar before a cluster that answers samples by the way in which they ask for vectors; null = it refuses.</summary>
    private sealed class Cluster(FakeUpstream upstream, FakeCluster sidecar) : IAsyncDisposable
    {
        private int _questions;

        public IReadOnlyList<string> Ways =>
            [.. upstream.Requests.Where(static request => request.BodyText.Contains("track_total_hits", StringComparison.Ordinal)).Select(WayOf)];

        public static async Task<Cluster> StartAsync(string mapping, Func<string, string?> answer, Action<IServiceCollection>? replace = null)
        {
            FakeUpstream upstream = await FakeUpstream.StartAsync(request =>
                request.Target.EndsWith("_mapping", StringComparison.Ordinal) ? new UpstreamAnswer(mapping)
                : !request.BodyText.Contains("track_total_hits", StringComparison.Ordinal) ? new UpstreamAnswer(FakeCluster.PlainReply)
                : answer(WayOf(request)) is { } reply ? new UpstreamAnswer(reply)
                : new UpstreamAnswer("{}", 400));
            return new(upstream, await FakeCluster.StartAsync(
                ScriptedJudge.LikesEven, configure: settings => settings with { Upstream = new UpstreamSettings { Urls = [upstream.Url] } }, replace: replace));
        }

        /// <summary>Asks another question each time: an answer that is remembered takes no sample.</summary>
        public async Task<string?> OutcomeAsync(string body = FakeCluster.Search, string index = "i") =>
            (await sidecar.SearchAsync(body, queryText: $"question {++_questions}", target: index + "/_search")).Outcome;

        public async ValueTask DisposeAsync()
        {
            await sidecar.DisposeAsync();
            await upstream.DisposeAsync();
        }

        private static string WayOf(UpstreamRequest request) =>
            Array.Find(["docvalue_fields", "\"fields", "script_fields"], way => request.BodyText.Contains(way, StringComparison.Ordinal))?.Trim('"')
            ?? (request.BodyText.Contains("""["t","v"]""", StringComparison.Ordinal) ? "_source" : "none");
    }
}
