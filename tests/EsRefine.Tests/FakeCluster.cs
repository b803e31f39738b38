using System.Text.Json.Nodes;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests;

/// <summary>A sidecar in front of a scripted cluster that holds one index: four documents on two axes, a query vector between them.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    public const string Search = """{"knn":{"field":"v","query_vector":[1, 1],"k":4,"num_candidates":50},"size":4}""";

    public const string PlainReply = """{"took":1,"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[{"_index":"i","_id":"plain","_score":0.5}]}}""";

    private const string Mapping = """{"i":{"mappings":{"properties":{"v":{"type":"dense_vector","dims":2,"similarity":"cosine"},"t":{"type":"text"}}}}}""";

    private const string Rendering = "/_render/template";

    private static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler());

    private readonly FakeUpstream _upstream;
    private readonly Sidecar _sidecar;

    private FakeCluster(FakeUpstream upstream, Sidecar sidecar)
    {
        _upstream = upstream;
        _sidecar = sidecar;
    }

    /// <summary>What arrived at the cluster.</summary>
    public IReadOnlyList<UpstreamRequest> Requests => _upstream.Requests;

    /// <summary>Bodies of the searches that were not samples.</summary>
    public IReadOnlyList<string> Searches =>
    [
        .. Requests
            .Where(static request => request.Target.Contains("_search", StringComparison.Ordinal) && !IsSample(request) && !AsksForIndices(request))
            .Select(static request => request.BodyText),
    ];

    public IReadOnlyList<UpstreamRequest> Samples => [.. Requests.Where(IsSample)];

    /// <summary>What models were asked.</summary>
    public IReadOnlyList<UpstreamRequest> OfModels => [.. Requests.Where(IsOfModel)];

    public IServiceProvider Services => _sidecar.Services;

    public Uri GrpcUrl => _sidecar.GrpcUrl;

    public Uri? ModelsUrl => _sidecar.ModelsUrl;

    /// <summary>Starts both. Answers named here take the place of the usual ones; <paramref name="model"/> answers what is asked of models.</summary>
    public static async Task<FakeCluster> StartAsync(
        IRelevanceJudge? judge, UpstreamAnswer? mapping = null, UpstreamAnswer? sample = null, Func<EsRefineSettings, EsRefineSettings>? configure = null,
        Action<IServiceCollection>? replace = null, UpstreamAnswer? rendered = null,
        Func<UpstreamRequest, CancellationToken, ValueTask<UpstreamAnswer>>? model = null,
        Func<UpstreamRequest, UpstreamAnswer>? search = null)
    {
        FakeUpstream upstream = await FakeUpstream.StartAsync(async (request, cancellationToken) =>
            IsOfModel(request) ? await (model?.Invoke(request, cancellationToken) ?? ValueTask.FromResult(new UpstreamAnswer("", 404)))
            : request.Target.EndsWith("_mapping", StringComparison.Ordinal) ? mapping ?? new UpstreamAnswer(Mapping)
            : AsksForIndices(request) ? new UpstreamAnswer("""{"aggregations":{"indices":{"buckets":[{"key":"i","doc_count":4}]}}}""")
            : request.Target == Rendering ? rendered ?? new UpstreamAnswer("", 404)
            : IsSample(request) ? sample ?? new UpstreamAnswer(SampleReply())
            : search?.Invoke(request) ?? new UpstreamAnswer(PlainReply));
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [upstream.Url] },
            Listen = new ListenSettings { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" },
            DeadlineMs = 30_000,
        };
        Sidecar sidecar = await Sidecar.StartAsync(
            configure?.Invoke(settings) ?? settings,
            CancellationToken.None,
            services =>
            {
                replace?.Invoke(services);
                if (judge is not null)
                {
                    services.AddSingleton(judge);
                }
            });
        return new FakeCluster(upstream, sidecar);
    }

    /// <summary>The reply to a sampling search: two documents on either side of the query vector.</summary>
    public static string SampleReply(string? fields = null) => new JsonObject
    {
        ["timed_out"] = false,
        ["_shards"] = new JsonObject { ["failed"] = 0 },
        ["hits"] = new JsonObject
        {
            ["hits"] = new JsonArray([.. Enumerable.Range(1, 4).Select(i => (JsonNode)new JsonObject
            {
                ["_index"] = "i",
                ["_id"] = $"{i}",
                ["_score"] = 1 - (0.1 * i),
                ["_source"] = new JsonObject { ["t"] = $"text {i}" },
                ["fields"] = JsonNode.Parse(fields ?? (i % 2 == 0 ? """{"v":[[1,0.5]]}""" : """{"v":[[0.5,1]]}""")),
            })]),
        },
    }.ToJsonString();

    /// <summary>Sends a search through the sidecar.</summary>
    public async Task<(int Status, string Body, string? Outcome)> SearchAsync(
        string body = Search, string? queryText = "a question", Action<HttpRequestMessage>? also = null, string target = "i/_search")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(_sidecar.DataUrl, target))
        {
            Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        if (queryText is not null)
        {
            request.Headers.Add("EsRefine-Query", Uri.EscapeDataString(queryText));
        }

        also?.Invoke(request);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using HttpResponseMessage response = await Client.SendAsync(request, cancellationToken);
        string? outcome = response.Headers.TryGetValues("EsRefine", out IEnumerable<string>? values) ? values.Single() : null;
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), outcome);
    }

    public async ValueTask DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private static bool AsksForIndices(UpstreamRequest request) => request.BodyText.Contains("\"field\":\"_index\"", StringComparison.Ordinal);

    private static bool IsSample(UpstreamRequest request) => !AsksForIndices(request)
        && request.Headers.TryGetValue("X-Opaque-Id", out string? id) && id.EndsWith("esrefine", StringComparison.Ordinal) && request.Method == "POST"
        && request.Target != Rendering && !IsOfModel(request) && !IsOfTypedListener(request);

    /// <summary>The searches of the typed listener are ours, too, and go out under our name; no sample begins with its size.</summary>
    private static bool IsOfTypedListener(UpstreamRequest request) => request.BodyText.StartsWith("{\"size\":", StringComparison.Ordinal);

    private static bool IsOfModel(UpstreamRequest request) =>
        request.Target.StartsWith("/_inference/", StringComparison.Ordinal) || request.Target.StartsWith("/_ml/", StringComparison.Ordinal)
        || request.Target.StartsWith("/_plugins/_ml/", StringComparison.Ordinal);
}

/// <summary>A judge made of a function.</summary>
internal sealed class ScriptedJudge(Func<JudgingTask, JudgmentSheet, CancellationToken, Task> script) : IRelevanceJudge
{
    /// <summary>Even documents are relevant: the query vector should turn toward the first axis.</summary>
    public static ScriptedJudge LikesEven { get; } = new((task, sheet, _) =>
    {
        for (int i = 0; i < task.Hits.Count; i++)
        {
            sheet.Write(i, Judgment.Of(int.Parse(task.Hits[i].Id, System.Globalization.CultureInfo.InvariantCulture) % 2 == 0 ? 0.9 : 0.1));
        }

        return Task.CompletedTask;
    });

    public string Name => "scripted";

    public Task JudgeAsync(JudgingTask task, JudgmentSheet judgments, CancellationToken cancellationToken) => script(task, judgments, cancellationToken);
}
