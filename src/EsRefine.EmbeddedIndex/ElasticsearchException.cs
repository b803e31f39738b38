using System.Text.Json.Nodes;

namespace EsRefine.EmbeddedIndex;

/// <summary>An error caused by the client, in Elasticsearch's format: <c>{"error":{"root_cause":[…],"type":…,"reason":…},"status":…}</c>.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="type">Elasticsearch's name of the exception, in snake case: <c>index_not_found_exception</c>.</param>
/// <param name="reason">One sentence that names the offending part of the request.</param>
/// <param name="cause">Reported as <c>caused_by</c>.</param>
internal class ElasticsearchException(int status, string type, string reason, ElasticsearchException? cause = null) : Exception(reason, cause)
{
    public int Status => status;

    public string Type => type;

    public string Reason => Message;

    /// <summary>Further members beside type and reason, such as <c>index</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>The error to report as <c>root_cause</c>; null means this one.</summary>
    public ElasticsearchException? Root { get; init; }

    public static ElasticsearchException IllegalArgument(string reason, ElasticsearchException? cause = null) =>
        new(StatusCodes.Status400BadRequest, "illegal_argument_exception", reason, cause);

    /// <summary>A request that is valid JSON but has a wrong structure. Elasticsearch adds <c>line</c> and <c>col</c>; the embedded index does not.</summary>
    public static ElasticsearchException Parsing(string reason) => new(StatusCodes.Status400BadRequest, "parsing_exception", reason);

    public static ElasticsearchException IndexNotFound(string index) =>
        new(StatusCodes.Status404NotFound, "index_not_found_exception", $"no such index [{index}]")
        {
            Details = [("resource.type", "index_or_alias"), ("resource.id", index), ("index_uuid", "_na_"), ("index", index)],
        };

    /// <summary>The <c>error</c> member of a reply.</summary>
    public virtual JsonObject ToJson()
    {
        JsonObject error = new() { ["root_cause"] = new JsonArray((Root ?? this).Describe(withCause: false)) };
        foreach ((string name, JsonNode? value) in Describe(withCause: true))
        {
            error[name] = value?.DeepClone();
        }

        return error;
    }

    /// <summary>Type, reason and details: the common format of <c>root_cause</c>, <c>caused_by</c> and the items of a bulk reply.</summary>
    public JsonObject Describe(bool withCause)
    {
        JsonObject description = new() { ["type"] = type, ["reason"] = Message };
        foreach ((string name, string value) in Details)
        {
            description[name] = value;
        }

        if (withCause && InnerException is ElasticsearchException inner)
        {
            description["caused_by"] = inner.Describe(withCause: true);
        }

        return description;
    }
}
