using System.Text.Json;
using EsRefine.Upstream;
using Grpc.Core;

namespace EsRefine.Grpc;

/// <summary>The cluster's reply in the terms of gRPC.</summary>
internal static class SearchHits
{
    /// <summary>Reads the hits of a reply.</summary>
    /// <exception cref="RpcException">The cluster's refusal, as a status.</exception>
    public static IEnumerable<V1.Hit> Read(UpstreamReply reply)
    {
        if (!reply.IsSuccess)
        {
            throw Refusal(reply);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            return [.. document.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray().Select(static hit => new V1.Hit
            {
                Id = hit.GetProperty("_id").GetString(),
                Index = hit.GetProperty("_index").GetString(),
                Score = hit.TryGetProperty("_score", out JsonElement score) && score.ValueKind == JsonValueKind.Number ? score.GetDouble() : 0,
                SourceJson = hit.TryGetProperty("_source", out JsonElement source) ? source.GetRawText() : "",
            })];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the cluster's answer is not a search reply", exception));
        }
    }

    /// <summary>A status for a refusal: the reason is the cluster's own.</summary>
    public static RpcException Refusal(UpstreamReply reply) => new(new Status(
        reply.StatusCode switch
        {
            400 => StatusCode.InvalidArgument,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.NotFound,
            429 => StatusCode.ResourceExhausted,
            _ => StatusCode.Unavailable,
        },
        $"the cluster answered {reply.StatusCode}: {Reason(reply)}"));

    private static string Reason(UpstreamReply reply)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement error = document.RootElement.GetProperty("error");
            if (error.ValueKind == JsonValueKind.String)
            {
                return error.GetString()!;
            }

            // The cause below "all shards failed" says what was wrong with the search.
            JsonElement root = error.TryGetProperty("root_cause", out JsonElement causes) && causes.GetArrayLength() > 0 ? causes[0] : error;
            return root.GetProperty("reason").GetString() ?? "no reason given";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "no reason given";
        }
    }
}
