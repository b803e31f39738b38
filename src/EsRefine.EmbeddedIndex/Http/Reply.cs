using System.Text;
using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>A complete reply.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">UTF-8.</param>
internal sealed record Reply(int Status, byte[] Body)
{
    /// <summary>Media type of the reply. Null means JSON, as plain or vendor type depending on what the client accepts.</summary>
    public string? ContentType { get; init; }

    /// <summary>The <c>Location</c> header: the path of a new document.</summary>
    public string? Location { get; init; }

    public static Reply Acknowledged { get; } = Ok(new JsonObject { ["acknowledged"] = true });

    public static Reply Ok(JsonObject body) => Json(StatusCodes.Status200OK, body);

    public static Reply Json(int status, JsonNode body) => new(status, Encoding.UTF8.GetBytes(body.ToJsonString(ElasticsearchJson.NodeOptions)));

    public static Reply Error(ElasticsearchException exception) =>
        Json(exception.Status, new JsonObject { ["error"] = exception.ToJson(), ["status"] = exception.Status });

    /// <summary>An error of the HTTP layer, where <c>error</c> is a plain string.</summary>
    public static Reply Refused(int status, string error) => Json(status, new JsonObject { ["error"] = error, ["status"] = status });
}
