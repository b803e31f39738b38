using EsRefine.Grpc.V1;
using EsRefine.TestSupport;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using V1 = EsRefine.Grpc.V1;

namespace EsRefine.Tests.Grpc;

/// <summary>What arrives at the typed listener is a request, or the client's error.</summary>
public sealed class RequestBytesTests
{
    private const string OpenSearchMapping = """
        {"i":{"mappings":{"properties":{"v":{"type":"knn_vector","dimension":2,"method":{"name":"hnsw","engine":"lucene","space_type":"cosinesimil"}}}}}}
        """;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private static readonly Method<byte[], byte[]> Search = new(MethodType.Unary, RefinementService.Descriptor.FullName, "Search", Bytes, Bytes);

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "a text that is not UTF-8", [0x0A, 0x02, 0xC3, 0x28] },
        { "a text that ends early", [0x0A, 0x7F, 0x61] },
        { "an unending number", [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "no such wire type", [0x0F, 0x01] },
        { "JSON", "{\"index\":\"i\"}"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task Bytes_that_are_no_request_are_an_invalid_argument_and_no_error_of_ours(string what, byte[] request)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, replace: static services => services.AddLogging(static logging => logging.AddFakeLogging()));

        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => CallAsync(cluster, request));

        Assert.True(refusal.StatusCode == StatusCode.InvalidArgument, $"{what}: {refusal.Status}");
        Assert.DoesNotContain(
            cluster.Services.GetFakeLogCollector().GetSnapshot(), static record => record.Level >= LogLevel.Warning || record.Exception is not null);
        Assert.Empty(cluster.Requests);
    }

    [Theory]
    [InlineData(null, """[{"term":{"a":1}}, {"term":{"b":2}}]""", """[{"term":{"a":1}}, {"term":{"b":2}}]""")]
    [InlineData(OpenSearchMapping, """ [{"term":{"a":1}}, {"term":{"b":2}}]""", """{"bool":{"filter": [{"term":{"a":1}}, {"term":{"b":2}}]}}""")]
    [InlineData(OpenSearchMapping, """{"term":{"a":1}}""", """{"term":{"a":1}}""")]
    public async Task Several_filters_are_written_as_the_engine_takes_them(string? mapping, string filter, string written)
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, mapping: mapping is null ? null : new UpstreamAnswer(mapping));

        V1.SearchRequest request = new() { Index = "i", Field = "v", Vector = new Vector { Values = { 1, 1 } }, FilterJson = filter };

        await CallAsync(cluster, request.ToByteArray());

        Assert.Contains($"\"filter\":{written}", cluster.Requests[^1].BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Refined_search_that_the_cluster_refuses_gives_way_to_the_plain_one(int status)
    {
        int searches = 0;
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, search: _ => ++searches == 1 ? new("{}", status) : new(FakeCluster.PlainReply));

        SearchResponse response = SearchResponse.Parser.ParseFrom(await CallAsync(cluster, Question.ToByteArray()));

        Assert.Equal(("plain", "unsupported"), (Assert.Single(response.Hits).Id, response.Refinement.Outcome));
        Assert.Equal(2, cluster.Searches.Count);
        Assert.Contains("\"query_vector\":[1,1]", cluster.Searches[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_that_is_not_for_the_cluster_is_not_looked_at()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);

        // A raw call: no client of the library would send bytes that are no Base64 under this name.
        byte[] message = Question.ToByteArray();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(cluster.GrpcUrl, Search.FullName))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]) { Headers = { { "Content-Type", "application/grpc" } } },
            Headers = { { "TE", "trailers" }, { "x-bin", "#" }, { "Authorization", "ApiKey abc" } },
        };
        using HttpMessageInvoker client = new(new SocketsHttpHandler());
        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("0", Assert.Single(response.TrailingHeaders.GetValues("grpc-status")));
        Assert.All(cluster.Requests, static sent => Assert.Equal("ApiKey abc", sent.Headers["Authorization"]));
        Assert.All(cluster.Requests, static sent => Assert.DoesNotContain("x-bin", sent.Headers.Keys));
    }

    [Fact]
    public async Task Client_that_waits_less_than_the_judge_takes_gets_plain_hits_in_time()
    {
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            new ScriptedJudge(static (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken)));
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);

        SearchResponse response = await new RefinementService.RefinementServiceClient(channel)
            .SearchAsync(Question, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(("plain", "deadline-passed"), (Assert.Single(response.Hits).Id, response.Refinement.Outcome));
    }

    [Fact]
    public async Task Call_that_expires_or_is_cancelled_logs_no_stack()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource leaves = new();
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            new ScriptedJudge((_, _, cancellationToken) =>
            {
                asked.TrySetResult();
                return Task.Delay(Timeout.Infinite, cancellationToken);
            }),
            replace: static services => services.AddLogging(static logging => logging.AddFakeLogging()));
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);
        RefinementService.RefinementServiceClient client = new(channel);

        Task<SearchResponse> cancelled = client.SearchAsync(Question, cancellationToken: leaves.Token).ResponseAsync;
        await asked.Task;
        await leaves.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => cancelled);
        DateTime soon = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(1);
        await Assert.ThrowsAsync<RpcException>(async () => await client.SearchAsync(Question, deadline: soon, cancellationToken: TestContext.Current.CancellationToken));
        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(
            cluster.Services.GetFakeLogCollector().GetSnapshot(), static record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Mode_of_the_metadata_lowers_the_mode_and_does_not_raise_it()
    {
        await using FakeCluster refines = await FakeCluster.StartAsync(ScriptedJudge.LikesEven);
        await using FakeCluster off = await FakeCluster.StartAsync(
            ScriptedJudge.LikesEven, configure: static settings => settings with { Mode = RefinementMode.Off });

        Assert.Equal("target-off", await OutcomeAsync(refines, "off"));
        Assert.Equal("target-off", await OutcomeAsync(off, "refine"));

        static async Task<string> OutcomeAsync(FakeCluster cluster, string mode)
        {
            using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);
            return (await new RefinementService.RefinementServiceClient(channel).SearchAsync(
                Question, new Metadata { { "esrefine-mode", mode } }, cancellationToken: TestContext.Current.CancellationToken)).Refinement.Outcome;
        }
    }

    private static V1.SearchRequest Question => new() { Index = "i", Field = "v", Vector = new Vector { Values = { 1, 1 } }, QueryText = "a question" };

    private static async Task<byte[]> CallAsync(FakeCluster cluster, byte[] request)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.GrpcUrl);
        CallOptions options = new(cancellationToken: TestContext.Current.CancellationToken);
        return await channel.CreateCallInvoker().AsyncUnaryCall(Search, null, options, request);
    }
}
