using System.Text;
using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>A whole reply.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">UTF-8.</param>
internal sealed record Reply(int Status, byte[] Body)
{
    /// <summary>Null: JSON, in the dialect the client accepts.</summary>
    public string? ContentType { get; init; }

    /// <summary>Where a new document lies.</summary>
    public string? Location { get; init; }

    public static Reply Acknowledged { get; } = Ok(new JsonObject { ["acknowledged"] = true });

    public static Reply Ok(JsonObject body) => Json(StatusCodes.Status200OK, body);

    public static Reply Json(int status, JsonNode body) => new(status, Encoding.UTF8.GetBytes(body.ToJsonString(ElasticsearchJson.NodeOptions)));

    public static Reply Error(ElasticsearchException exception) =>
        Json(exception.Status, new JsonObject { ["error"] = exception.ToJson(), ["status"] = exception.Status });

    /// <summary>Errors of the HTTP layer, whose <c>error</c> is a bare string.</summary>
    public static Reply Refused(int status, string error) => Json(status, new JsonObject { ["error"] = error, ["status"] = status });
}
