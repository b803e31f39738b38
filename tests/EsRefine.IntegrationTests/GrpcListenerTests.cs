using EsRefine.Configuration;
using EsRefine.Embedding;
using EsRefine.Grpc.V1;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using ReflectionV1 = Grpc.Reflection.V1;
using V1 = EsRefine.Grpc.V1;

namespace EsRefine.IntegrationTests;

/// <summary>The gRPC listener in front of real engines, called with the .NET client.</summary>
public sealed class GrpcListenerTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    private static readonly string[] Refined = [.. Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vector_finds_in_Elasticsearch_what_it_finds_through_the_HTTP_listener()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await FindsWhatTheHttpListenerFinds(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()), KnnForm.Elasticsearch[0]);
    }

    [Fact]
    public async Task Vector_finds_in_OpenSearch_what_it_finds_through_the_HTTP_listener()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await FindsWhatTheHttpListenerFinds(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()), KnnForm.OpenSearch[0]);
    }

    [Fact]
    public async Task Filter_rule_and_source_fields_are_those_of_the_request()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        V1.SearchRequest request = Request(await indices.GetAsync(engine, FanMapping.Elasticsearch()));
        request.K = 5;
        request.FilterJson = """{"term":{"shelf":"odd"}}""";
        request.Rule = "rocchio@0.25";
        request.SourceFields.Add("shelf");

        SearchResponse response = await new RefinementService.RefinementServiceClient(channel).SearchAsync(request, cancellationToken: Cancellation);

        Assert.Equal("rocchio@0.25", response.Refinement.Rule);
        Assert.Equal(0.25f, response.Refinement.Angle, 1e-4f);
        Assert.Equal(
            Fan.Ranked(0.25).Where(static document => document.Shelf == "odd").Take(5).Select(static document => document.Id),
            response.Hits.Select(static hit => hit.Id));
        Assert.All(response.Hits, static hit => Assert.Equal("""{"shelf":"odd"}""", hit.SourceJson));
    }

    [Fact]
    public async Task Text_is_embedded_by_the_model_and_refined()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string folder = await MiniLmModel.EnsureAsync(progress: null, Cancellation);
        await using Sidecar sidecar = await SidecarInFront.Of(
            SidecarInFront.Settings(engine.Url, Jaguars.Judge) with { Model = new ModelSettings { Folder = folder } });
        string index = await Jaguars.IndexAsync(engine, sidecar.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        RefinementService.RefinementServiceClient client = new(channel);
        V1.SearchRequest request = new() { Index = index, Field = "v", Text = Jaguars.QueryText, K = 5 };

        SearchResponse refined = await client.SearchAsync(request, cancellationToken: Cancellation);
        request.QueryText = "a text nobody has judged";
        SearchResponse plain = await client.SearchAsync(request, cancellationToken: Cancellation);

        Assert.Equal("refined", refined.Refinement.Outcome);
        Assert.Equal("judge-failed", plain.Refinement.Outcome);
        Assert.InRange(plain.Hits.Count(static hit => Jaguars.IsRelevant(hit.Id)), 1, 4);
        Assert.True(refined.Hits.Count(static hit => Jaguars.IsRelevant(hit.Id)) > plain.Hits.Count(static hit => Jaguars.IsRelevant(hit.Id)));
    }

    [Fact]
    public async Task Text_without_a_model_is_refused_with_the_setting_to_change()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        V1.SearchRequest request = Request(await indices.GetAsync(engine, FanMapping.Elasticsearch()));
        request.Text = Fan.QueryText;
        RpcException refusal = await RefusalAsync(sidecar, request);
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains("--model", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_judge_the_plain_hits_are_returned_with_the_outcome()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine.Url, judge: null);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);

        SearchResponse response = await new RefinementService.RefinementServiceClient(channel)
            .SearchAsync(Request(await indices.GetAsync(engine, FanMapping.OpenSearch())), cancellationToken: Cancellation);

        Assert.Equal("target-off", response.Refinement.Outcome);
        Assert.Equal(Fan.Ranked(0).Take(10).Select(static document => document.Id), response.Hits.Select(static hit => hit.Id));
    }

    [Fact]
    public async Task Refusals_of_Elasticsearch_become_statuses()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await RefusalsBecomeStatuses(engine, await indices.GetAsync(engine, FanMapping.Elasticsearch()));
    }

    [Fact]
    public async Task Field_in_which_Elasticsearch_finds_nothing_is_not_an_error()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        V1.SearchRequest request = Request(await indices.GetAsync(engine, FanMapping.Elasticsearch()));
        request.Field = "nowhere";

        SearchResponse response = await new RefinementService.RefinementServiceClient(channel).SearchAsync(request, cancellationToken: Cancellation);

        Assert.Empty(response.Hits);
        Assert.Equal("unsupported", response.Refinement.Outcome);
    }

    [Fact]
    public async Task Refusals_of_OpenSearch_become_statuses()
    {
        RunningEngine engine = await openSearch.UseAsync();
        await RefusalsBecomeStatuses(engine, await indices.GetAsync(engine, FanMapping.OpenSearch()));
    }

    [Fact]
    public async Task Health_and_reflection_are_served()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);

        HealthCheckResponse health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> reflection =
            new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancellation);
        Assert.True(await reflection.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Contains(
            "esrefine.v1.RefinementService", reflection.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name));
    }

    [Fact]
    public async Task Health_by_the_name_of_the_service_and_reflection_v1_are_served()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        string name = RefinementService.Descriptor.FullName;

        HealthCheckResponse health = await new Health.HealthClient(channel)
            .CheckAsync(new HealthCheckRequest { Service = name }, cancellationToken: Cancellation);
        RpcException unknown = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(channel)
            .CheckAsync(new HealthCheckRequest { Service = "esrefine.v1.NoService" }, cancellationToken: Cancellation));
        using AsyncDuplexStreamingCall<ReflectionV1.ServerReflectionRequest, ReflectionV1.ServerReflectionResponse> reflection =
            new ReflectionV1.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await reflection.RequestStream.WriteAsync(new ReflectionV1.ServerReflectionRequest { ListServices = "" }, Cancellation);
        Assert.True(await reflection.ResponseStream.MoveNext(Cancellation));
        string[] listed = [.. reflection.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name)];
        await reflection.RequestStream.WriteAsync(new ReflectionV1.ServerReflectionRequest { FileContainingSymbol = name }, Cancellation);
        Assert.True(await reflection.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.Contains(name, listed);
        Assert.NotEmpty(reflection.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
    }

    private static async Task FindsWhatTheHttpListenerFinds(RunningEngine engine, string index, KnnForm form)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);

        SearchReply http = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", form.With(Fan.VectorAt(0)), Fan.QueryHeader);
        SearchResponse response = await new RefinementService.RefinementServiceClient(channel).SearchAsync(Request(index), cancellationToken: Cancellation);

        Assert.Equal(Refined, response.Hits.Select(static hit => hit.Id));
        Assert.Equal(http.Ids, response.Hits.Select(static hit => hit.Id));
        Assert.Equal(http.Scores, response.Hits.Select(static hit => hit.Score));
        Assert.All(response.Hits, hit => Assert.Equal(index, hit.Index));
        Assert.Equal(
            new V1.Refinement { Outcome = "refined-from-cache", Judged = 20, Sampled = 20, Rule = "rocchio@0.3", Angle = response.Refinement.Angle },
            response.Refinement);
        Assert.Equal(0.3f, response.Refinement.Angle, 1e-5f);
    }

    private static async Task RefusalsBecomeStatuses(RunningEngine engine, string index)
    {
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        V1.SearchRequest wrongDimensions = Request(index);
        wrongDimensions.Vector.Values.RemoveAt(0);
        V1.SearchRequest badFilter = Request(index);
        badFilter.FilterJson = """{"no_such_query":{}}""";
        V1.SearchRequest filters = Request(index);
        filters.FilterJson = """[{"term":{"shelf":"odd"}},{"exists":{"field":"shelf"}}]""";

        Assert.Equal(StatusCode.InvalidArgument, (await RefusalAsync(sidecar, wrongDimensions)).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await RefusalAsync(sidecar, badFilter)).StatusCode);
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        SearchResponse filtered = await new RefinementService.RefinementServiceClient(channel).SearchAsync(filters, cancellationToken: Cancellation);
        Assert.Equal(10, filtered.Hits.Count);
        Assert.All(filtered.Hits, static hit => Assert.Contains("\"shelf\":\"odd\"", hit.SourceJson, StringComparison.Ordinal));
        Assert.Equal(StatusCode.NotFound, (await RefusalAsync(sidecar, Request(index + "-not-there"))).StatusCode);
    }

    private static async Task<RpcException> RefusalAsync(Sidecar sidecar, V1.SearchRequest request)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(sidecar.GrpcUrl);
        return await Assert.ThrowsAsync<RpcException>(
            async () => await new RefinementService.RefinementServiceClient(channel).SearchAsync(request, cancellationToken: Cancellation));
    }

    private static V1.SearchRequest Request(string index) =>
        new() { Index = index, Field = "v", Vector = new Vector { Values = { Fan.VectorAt(0) } }, QueryText = Fan.QueryText, K = 10 };
}
