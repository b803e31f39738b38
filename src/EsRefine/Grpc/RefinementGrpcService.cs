using EsRefine.Embedding;
using EsRefine.Endpoints;
using EsRefine.Grpc.V1;
using EsRefine.Http;
using EsRefine.Pipeline;
using EsRefine.Refinement;
using EsRefine.Upstream;
using Grpc.Core;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Grpc;

/// <summary>The typed listener: writes the search a client of the cluster would have sent, and lets the one pipeline refine it.</summary>
internal sealed class RefinementGrpcService(
    RefinedRequest entrance, MappingCache mappings, UpstreamClient upstream, TimeProvider timeProvider,
    IEmbeddingGenerator<string, Embedding<float>>? model = null)
{
    private static readonly byte[] NoHits = """{"size":0,"query":{"match_none":{} } }"""u8.ToArray();

    private static readonly string[] Identity =
        ["authorization", "es-security-runas-user", "opendistro_security_impersonate_as", "securitytenant", "x-opaque-id"];

    /// <summary>The method of that name.</summary>
    public async Task<SearchResponse> Search(V1.SearchRequest request, ServerCallContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        EsRefine.SearchRequest caller = ReadCaller(request, context);
        try
        {
            float[] vector = await VectorAsync(request, cancellationToken);
            EngineDialect dialect = await DialectAsync(caller, request.Field, cancellationToken);
            EsRefine.SearchRequest search = caller with { Body = KnnSearchWriter.Write(request, vector, dialect), TimeLeft = TimeLeft(context) };

            PreparedSearch prepared = await entrance.PrepareAsync(SearchEndpointKind.Search, search, cancellationToken);
            UpstreamReply reply = await SendAsync(search, prepared.Body, cancellationToken);
            if (prepared.IsRewritten && PreparedSearch.IsRefusal(reply.StatusCode))
            {
                // Whatever it was, it was not the client's doing.
                prepared = PreparedSearch.Original(search, RefinementOutcome.Unsupported, "the cluster refused the refined search");
                reply = await SendAsync(search, search.Body, cancellationToken);
            }

            return new SearchResponse { Hits = { SearchHits.Read(reply) }, Refinement = Describe(prepared.Summary) };
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is not RpcException)
        {
            // Nobody waits for it; the library would log the stack of anything else.
            throw new RpcException(new Status(StatusCode.Cancelled, "the call was canceled, or its deadline passed"));
        }
        catch (HttpRequestException exception)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the cluster cannot be reached; check upstream.urls", exception));
        }
    }

    private Task<UpstreamReply> SendAsync(EsRefine.SearchRequest search, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        upstream.SendAsync(HttpMethod.Post, $"/{search.Index}/_search", search.Headers, body, cancellationToken);

    private static EsRefine.SearchRequest ReadCaller(V1.SearchRequest request, ServerCallContext context)
    {
        Require(request.Index.Length > 0, "index is missing: name the index to search");
        Require(request.Field.Length > 0, "field is missing: name the vector field");
        IRefinementRule? rule = null;
        Require(request.Rule.Length == 0 || RefinementRules.TryParse(request.Rule, out rule), $"rule must be {RefinementRules.Choice}, not '{request.Rule}'");
        return new EsRefine.SearchRequest
        {
            Index = Uri.EscapeDataString(request.Index).Replace("%2C", ",", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal),
            Body = default,
            Headers = Authorization(context.GetHttpContext().Request.Headers),
            QueryText = request.QueryText.Length > 0 ? request.QueryText : request.QueryCase == V1.SearchRequest.QueryOneofCase.Text ? request.Text : null,
            Mode = EsRefineHeaders.ReadMode(context.GetHttpContext().Request.Headers),
            Rule = rule,
            Deadline = request.DeadlineMs > 0 ? TimeSpan.FromMilliseconds(Math.Min(request.DeadlineMs, int.MaxValue)) : null,
        };
    }

    /// <summary>What the cluster knows a caller by; the rest of the metadata is gRPC's.</summary>
    /// <remarks>Of the request itself: the library's view of it throws at binary metadata that is no Base64, whatever its name.</remarks>
    private static HeaderDictionary Authorization(IHeaderDictionary metadata)
    {
        HeaderDictionary headers = [];
        foreach (string name in Identity)
        {
            if (metadata.TryGetValue(name, out StringValues values))
            {
                headers[name] = values;
            }
        }

        return headers;
    }

    private async Task<float[]> VectorAsync(V1.SearchRequest request, CancellationToken cancellationToken)
    {
        switch (request.QueryCase)
        {
            case V1.SearchRequest.QueryOneofCase.Vector:
                float[] vector = [.. request.Vector.Values];
                Require(vector.Length > 0, "vector is empty");
                Require(Array.TrueForAll(vector, float.IsFinite), "vector holds a component that is not a finite number");
                return vector;
            case V1.SearchRequest.QueryOneofCase.Text:
                Require(request.Text.Length > 0, "text is empty");
                const string NoModel = "text queries need an embedding model: start EsRefine with --model DIR, or send a vector";
                return model is null
                    ? throw new RpcException(new Status(StatusCode.FailedPrecondition, NoModel))
                    : (await model.GenerateVectorAsync(request.Text, EmbeddingPurposes.Query, cancellationToken)).ToArray();
            default:
                throw new RpcException(new Status(StatusCode.InvalidArgument, "query is missing: send a vector or a text"));
        }
    }

    /// <summary>Whose query language the field wants.</summary>
    private async Task<EngineDialect> DialectAsync(EsRefine.SearchRequest search, string field, CancellationToken cancellationToken)
    {
        Outcome<FieldMapping> read = await mappings.ReadAsync(search, field, pointInTime: default, cancellationToken);
        if (read.TryGet(out FieldMapping? mapping, out _))
        {
            return mapping.Dialect;
        }

        // Whatever the mapping request came to: whether they may search, and what is wrong with their search, is the cluster's to say to this caller.
        UpstreamReply reply = await SendAsync(search, NoHits, cancellationToken);
        return !reply.IsSuccess ? throw SearchHits.Refusal(reply) : reply.IsElasticsearch ? EngineDialect.Elasticsearch : EngineDialect.OpenSearch;
    }

    /// <summary>What the caller waits, less what the cluster needs to answer; null: they set no deadline.</summary>
    private TimeSpan? TimeLeft(ServerCallContext context)
    {
        if (context.Deadline == DateTime.MaxValue)
        {
            return null;
        }

        TimeSpan left = context.Deadline - timeProvider.GetUtcNow().UtcDateTime;
        TimeSpan answer = left / 3 < Timeouts.LongestGrpcAnswerTimeout ? left / 3 : Timeouts.LongestGrpcAnswerTimeout;
        left -= answer > Timeouts.ShortestGrpcAnswerTimeout ? answer : Timeouts.ShortestGrpcAnswerTimeout;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static V1.Refinement Describe(RefinementSummary summary) => new()
    {
        Outcome = summary.Outcome.ToName(),
        Judged = (uint)summary.Judged,
        Sampled = (uint)summary.Sampled,
        Angle = summary.Angle,
        Rule = summary.Rule ?? "",
    };

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, otherwise));
        }
    }
}
