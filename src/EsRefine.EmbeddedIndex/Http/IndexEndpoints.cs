using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.EmbeddedIndex.Mapping;
using EsRefine.EmbeddedIndex.Store;

namespace EsRefine.EmbeddedIndex.Http;

/// <summary>Endpoints that create, describe and delete indices.</summary>
internal sealed class IndexEndpoints(IndexCatalog catalog, TimeProvider clock)
{
    public Reply Create(IndexRequest request, string name)
    {
        using JsonDocument? body = request.ParseBody();
        IndexMapping mapping = IndexMapping.Empty;
        JsonObject settings = [];
        foreach (JsonProperty member in Members(body))
        {
            switch (member.Name)
            {
                case "mappings":
                    mapping = mapping.Merge(member.Value);
                    break;
                case "settings" when member.Value.ValueKind == JsonValueKind.Object:
                    settings = JsonObject.Create(member.Value.Clone())!;
                    break;
                case "aliases" when member.Value.ValueKind == JsonValueKind.Object && !member.Value.EnumerateObject().Any():
                    break;
                default:
                    throw new ElasticsearchException(
                        StatusCodes.Status400BadRequest, "parse_exception", $"unknown key [{member.Name}] for create index");
            }
        }

        catalog.Write(indices =>
        {
            indices.Add(new DocumentIndex(name, clock.GetUtcNow()) { Mapping = mapping, Settings = settings });
            return true;
        });
        return Reply.Ok(new JsonObject { ["acknowledged"] = true, ["shards_acknowledged"] = true, ["index"] = name });
    }

    public Reply Delete(IndexRequest request, string expression) => catalog.Write(indices =>
    {
        foreach (DocumentIndex index in indices.Resolve(expression, request.IgnoresUnavailable))
        {
            indices.Remove(index);
        }

        return Reply.Acknowledged;
    });

    public Reply Get(IndexRequest request, string expression) => Describe(request, expression, static index => new JsonObject
    {
        ["aliases"] = new JsonObject(),
        ["mappings"] = index.Mapping.ToJson(),
        ["settings"] = new JsonObject { ["index"] = Settings(index) },
    });

    public Reply GetMapping(IndexRequest request, string? expression) =>
        Describe(request, expression, static index => new JsonObject { ["mappings"] = index.Mapping.ToJson() });

    public Reply GetFieldMapping(IndexRequest request, string expression, string fields) => Describe(request, expression, index =>
    {
        JsonObject mappings = [];
        string[] patterns = fields.Split(',');
        foreach (FieldDefinition field in index.Mapping.Fields.Values)
        {
            if (patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, field.Path, ignoreCase: false)))
            {
                string name = field.Path[(field.Path.LastIndexOf('.') + 1)..];
                mappings[field.Path] = new JsonObject { ["full_name"] = field.Path, ["mapping"] = new JsonObject { [name] = field.ToJson() } };
            }
        }

        return new JsonObject { ["mappings"] = mappings };
    });

    public Reply PutMapping(IndexRequest request, string expression)
    {
        using JsonDocument body = request.ParseBody()
            ?? throw new ElasticsearchException(StatusCodes.Status400BadRequest, "parse_exception", "request body is required");
        return catalog.Write(indices =>
        {
            // All new mappings are built before the first is set, so that an error changes no index.
            (DocumentIndex Index, IndexMapping Mapping)[] changes =
                [.. indices.Resolve(expression, request.IgnoresUnavailable).Select(index => (index, index.Mapping.Merge(body.RootElement)))];
            foreach ((DocumentIndex index, IndexMapping mapping) in changes)
            {
                index.Mapping = mapping;
            }

            return Reply.Acknowledged;
        });
    }

    /// <summary>Does nothing, because writes are visible at once.</summary>
    public Reply Refresh(IndexRequest request, string? expression)
    {
        int shards = catalog.Read(indices => indices.Resolve(expression, request.IgnoresUnavailable).Count);
        return Reply.Ok(new JsonObject { ["_shards"] = new JsonObject { ["total"] = shards, ["successful"] = shards, ["failed"] = 0 } });
    }

    private Reply Describe(IndexRequest request, string? expression, Func<DocumentIndex, JsonObject> describe) => catalog.Read(indices =>
    {
        JsonObject reply = [];
        foreach (DocumentIndex index in indices.Resolve(expression, request.IgnoresUnavailable))
        {
            reply[index.Name] = describe(index);
        }

        return Reply.Ok(reply);
    });

    private static JsonObject Settings(DocumentIndex index)
    {
        JsonObject settings = (JsonObject)(index.Settings["index"] as JsonObject ?? index.Settings).DeepClone();
        settings["number_of_shards"] = "1";
        settings["number_of_replicas"] = "0";
        settings["provided_name"] = index.Name;
        settings["creation_date"] = $"{index.CreatedAt.ToUnixTimeMilliseconds()}";
        settings["uuid"] = index.Uuid;
        settings["version"] = new JsonObject { ["created"] = "9094000" };
        return settings;
    }

    private static JsonElement.ObjectEnumerator Members(JsonDocument? body) => body switch
    {
        null => default,
        { RootElement.ValueKind: JsonValueKind.Object } => body.RootElement.EnumerateObject(),
        _ => throw ElasticsearchException.Parsing("request body must be an object"),
    };
}
