using System.Runtime.ExceptionServices;
using System.Text.Json;
using EsRefine.Endpoints;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Pipeline;
using EsRefine.Refinement;
using EsRefine.Settings;
using EsRefine.Upstream;

namespace EsRefine.Evaluating;

/// <summary>Sends every query to a cluster, directly and through the sidecar's pipeline, as an application would.</summary>
/// <remarks>Where the pipeline would forward the original search, the evaluation stops with an error. Otherwise the figures would include faults.</remarks>
internal sealed class ClusterEngine : IEvaluationEngine, IAsyncDisposable
{
    /// <summary>The number of hits of a ranking.</summary>
    private const int K = 1000;

    /// <summary>Twice the number of hits, so that the graph misses few of them.</summary>
    private const int NumCandidates = 2 * K;

    private readonly ServiceProvider _services;
    private readonly RefinedRequest _path;
    private readonly EvaluationCluster _cluster;
    private readonly ClusterIndex _index;
    private readonly CandidatePool _pool;

    private ClusterEngine(ServiceProvider services, EvaluationCluster cluster, ClusterIndex index, CandidatePool pool)
    {
        _services = services;
        _path = services.GetRequiredService<RefinedRequest>();
        _cluster = cluster;
        _index = index;
        _pool = pool;
    }

    public string Name => _cluster.Settings.Dialect.ToString().ToLowerInvariant();

    public string? Version => _cluster.Version;

    public int? Depth => K;

    /// <summary>Connects to the cluster and loads the set if its index is missing or incomplete.</summary>
    /// <param name="modelFingerprint">Names the index, with the set.</param>
    /// <param name="dimensions">Components of a vector.</param>
    /// <param name="readVectors">Vectors of the documents; called only where the index lacks some.</param>
    public static async Task<ClusterEngine> OpenAsync(
        EvaluationSettings settings, EvaluationSet set, IRelevanceJudge judge, string modelFingerprint, int dimensions,
        Func<Task<VectorTable>> readVectors, EvaluationProgress progress, CancellationToken cancellationToken)
    {
        ServiceProvider services = Path(settings, judge);
        try
        {
            UpstreamClient upstream = services.GetRequiredService<UpstreamClient>();
            EvaluationCluster cluster = await EvaluationCluster.ConnectAsync(upstream, settings.Cluster!, cancellationToken);
            ClusterIndex index = new(cluster, set, modelFingerprint);
            await index.EnsureAsync(dimensions, readVectors, progress, cancellationToken);
            return new(services, cluster, index, set.Pool);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async Task<PlayedQuery> PlayAsync(
        EvaluationQuery query, ReadOnlyMemory<float> vector, IReadOnlyList<IRefinementRule> rules, CancellationToken cancellationToken)
    {
        byte[] body = WriteSearch(query, vector);
        RankedList direct = await SearchAsync(body, cancellationToken);
        IReadOnlyList<JudgedHit> sample = [];
        List<RefinedRanking> refined = [];
        foreach (IRefinementRule rule in rules)
        {
            PreparedSearch prepared = await PrepareAsync(query, body, rule, cancellationToken);
            RefinedClause clause = prepared.Clauses[0];
            sample = JudgedHits(clause);
            refined.Add(prepared.IsRewritten ? new(await SearchAsync(prepared.Body, cancellationToken), clause.Angle) : new(direct, 0));
        }

        return new(direct, sample, refined);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.Settings.Drop)
        {
            await _index.DropAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }

    /// <summary>The pipeline as the sidecar builds it, with the evaluation's judge.</summary>
    private static ServiceProvider Path(EvaluationSettings settings, IRelevanceJudge judge)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(judge);
        services.AddEsRefine(new EsRefineSettings
        {
            Upstream = new() { Urls = [EvaluationCluster.Node(settings.Cluster!)] },
            Targets = [new() { Index = "*", Field = ClusterIndex.VectorField, Text = ClusterIndex.TextFields, Task = settings.Task, Sample = settings.Sample }],
        });
        return services.BuildServiceProvider();
    }

    private async Task<PreparedSearch> PrepareAsync(EvaluationQuery query, byte[] body, IRefinementRule rule, CancellationToken cancellationToken)
    {
        SearchRequest search = new()
        {
            Index = _index.Name,
            Body = body,
            Headers = _cluster.Headers,
            QueryText = query.Text,
            Rule = rule,
            Deadline = _cluster.Settings.Deadline,
            IsFresh = true,
        };
        PreparedSearch prepared = await _path.PrepareAsync(SearchEndpointKind.Search, search, cancellationToken);
        Exception? failure = prepared.Failure;
        if (failure is JudgeException)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        bool reachedTheRule = prepared.Outcome is RefinementOutcome.Refined or RefinementOutcome.NoSignal or RefinementOutcome.TooFewHits;
        string reason = prepared.Summary.Detail ?? failure?.ToString() ?? "no reason was given";
        return failure is null && reachedTheRule
            ? prepared
            : throw new EvaluationException($"query '{query.Id}' could not be refined ({prepared.Outcome.ToName()}): {reason}", failure);
    }

    private static IReadOnlyList<JudgedHit> JudgedHits(RefinedClause clause) => clause.Sample is not { } sample ? [] :
    [
        .. sample.Hits.Select((hit, i) => new JudgedHit(new(hit.Id, hit.Score), i < clause.Judgments.Count ? clause.Judgments[i] : null)),
    ];

    private async Task<RankedList> SearchAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        JsonElement reply = await _cluster.SendAsync(HttpMethod.Post, $"/{_index.Name}/_search", body, cancellationToken);
        if (reply.GetProperty("timed_out").GetBoolean() || reply.GetProperty("_shards").GetProperty("failed").GetInt32() > 0)
        {
            throw new EvaluationException($"the cluster returned a partial result for a search in {_index.Name}; check for failed shards");
        }

        return new(reply.GetProperty("hits").GetProperty("hits").EnumerateArray()
            .Select(static hit => new ScoredDocument(hit.GetProperty("_id").GetString()!, hit.GetProperty("_score").GetDouble())));
    }

    private byte[] WriteSearch(EvaluationQuery query, ReadOnlyMemory<float> vector) => ClusterIndex.Json(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("size", K);
        json.WriteBoolean("_source", false);
        if (_cluster.Settings.Dialect == EngineDialect.Elasticsearch)
        {
            json.WriteStartObject("knn");
            json.WriteString("field", ClusterIndex.VectorField);
            ClusterIndex.WriteVector(json, "query_vector", vector.Span);
            json.WriteNumber("k", K);
            json.WriteNumber("num_candidates", NumCandidates);
            WritePool(json, query);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartObject("query");
            json.WriteStartObject("knn");
            json.WriteStartObject(ClusterIndex.VectorField);
            ClusterIndex.WriteVector(json, "vector", vector.Span);
            json.WriteNumber("k", K);
            WritePool(json, query);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>If the pool is the listed documents, they become a filter of the clause, which the pipeline also applies to its sample.</summary>
    private void WritePool(Utf8JsonWriter json, EvaluationQuery query)
    {
        if (_pool != CandidatePool.Listed)
        {
            return;
        }

        json.WriteStartObject("filter");
        json.WriteStartObject("ids");
        json.WriteStartArray("values");
        foreach (string id in query.Judgments.Grades.Keys)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
