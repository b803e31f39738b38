using System.Collections;
using System.Diagnostics.Metrics;
using EsRefine.Configuration;
using EsRefine.Pipeline;
using EsRefine.Recognition;
using EsRefine.Telemetry;
using EsRefine.TestSupport;
using Grpc.Net.Client;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Xunit;
using V1 = EsRefine.Grpc.V1;

namespace EsRefine.Tests.Pipeline;

/// <summary>A fault of ours in any stage: over HTTP and over gRPC the reply is the cluster's own, and the stack is logged once.</summary>
public sealed class FaultTests
{
    private const string Bug = "a bug";

    public static TheoryData<string> Stages => ["recognition", "targets", "sampling", "judge", "splice"];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_fault_in_a_stage_ends_in_the_cluster_s_own_reply_over_HTTP(string stage)
    {
        await using FakeCluster cluster = await StartAsync(stage);
        using MetricCollector<double> durations = new(
            cluster.Services.GetRequiredService<IMeterFactory>(), EsRefineMeter.Name, "esrefine.search.duration");

        (int status, string body, string? outcome) = await cluster.SearchAsync();

        Assert.Equal((200, FakeCluster.PlainReply, "internal-error"), (status, body, outcome));
        Assert.Equal([FakeCluster.Search], cluster.Searches);
        AssertLoggedOnce(cluster);
        Assert.Equal("internal-error", Assert.Single(durations.GetMeasurementSnapshot()).Tags["outcome"]);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_fault_in_a_stage_ends_in_the_cluster_s_own_reply_over_gRPC(string stage)
    {
        await using FakeCluster cluster = await StartAsync(stage);
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);
        V1.SearchRequest request = new() { Index = "i", Field = "v", Vector = new V1.Vector { Values = { 1, 1 } }, QueryText = "a question", K = 4 };

        V1.SearchResponse reply = await new V1.RefinementService.RefinementServiceClient(channel)
            .SearchAsync(request, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("internal-error", reply.Refinement.Outcome);
        Assert.Equal("plain", Assert.Single(reply.Hits).Id);
        Assert.Contains("\"query_vector\":[1,1]", cluster.Requests[^1].BodyText, StringComparison.Ordinal);
        AssertLoggedOnce(cluster);
    }

    [Fact]
    public async Task A_fault_in_one_search_of_many_leaves_its_neighbors_refined()
    {
        ScriptedJudge judge = new(static (task, sheet, cancellationToken) =>
            task.QueryText == "broken" ? throw new InvalidOperationException(Bug) : ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken));
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            judge, replace: static services => services.AddLogging(static logging => logging.AddFakeLogging()));
        const string Line = """{"query":{"match":{"t":"#"}},"knn":{"field":"v","query_vector":[1, 1],"k":4}}""";
        string[] lines = [Line.Replace("#", "broken", StringComparison.Ordinal), Line.Replace("#", "sound", StringComparison.Ordinal)];

        (_, _, string? outcome) = await cluster.SearchAsync($"{{}}\n{lines[0]}\n{{}}\n{lines[1]}\n", queryText: null, target: "i/_msearch");

        Assert.Equal("refined=1, internal-error=1", outcome);
        string[] sent = cluster.Requests[^1].BodyText.Split('\n');
        Assert.Equal(lines[0], sent[1]);
        Assert.NotEqual(lines[1], sent[3]);
        AssertLoggedOnce(cluster);
    }

    private static void AssertLoggedOnce(FakeCluster cluster)
    {
        FakeLogRecord logged = Assert.Single(
            cluster.Services.GetFakeLogCollector().GetSnapshot(), static record => record.Level >= LogLevel.Warning || record.Exception is not null);
        Assert.Equal((LogLevel.Error, 100), (logged.Level, logged.Id.Id));
        Assert.NotNull(logged.Exception);
    }

    private static async Task<FakeCluster> StartAsync(string stage)
    {
        BrokenTargets targets = new();
        FakeCluster cluster = await FakeCluster.StartAsync(
            stage == "judge" ? new ScriptedJudge(static (_, _, _) => throw new InvalidOperationException(Bug)) : ScriptedJudge.LikesEven,
            sample: stage == "sampling" ? new UpstreamAnswer(FakeCluster.SampleReply("{}")) : null,
            configure: settings => stage == "targets" ? settings with { Targets = targets } : settings,
            replace: services =>
            {
                services.AddLogging(static logging => logging.AddFakeLogging());
                switch (stage)
                {
                    case "recognition":
                        services.AddSingleton(new SearchRecognition(static _ => throw new InvalidOperationException(Bug)));
                        break;
                    case "sampling":
                        // The last resort where stored vectors cannot be read back.
                        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new BrokenModel());
                        break;
                    case "splice":
                        // Copies are enumerated only to write the refined vector over them.
                        services.AddSingleton(new SearchRecognition(static body => Recognizer.Recognize(body) is { } search
                            ? search with { OtherVectors = null! }
                            : null));
                        break;
                }
            });
        targets.AreBroken = true;
        return cluster;
    }

    /// <summary>Targets that cannot be looked up once the start is over.</summary>
    private sealed class BrokenTargets : IReadOnlyList<TargetSettings>
    {
        private readonly TargetSettings[] _targets = [new() { Index = "*" }];

        public bool AreBroken { get; set; }

        public int Count => _targets.Length;

        public TargetSettings this[int index] => _targets[index];

        public IEnumerator<TargetSettings> GetEnumerator() =>
            AreBroken ? throw new InvalidOperationException(Bug) : _targets.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class BrokenModel : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException(Bug);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
