namespace EsRefine.EmbeddedIndex.Mapping;

/// <summary>Errors of a mapping, nested as in Elasticsearch.</summary>
internal static class MappingErrors
{
    public static ElasticsearchException Parsing(string reason)
    {
        ElasticsearchException root = new(StatusCodes.Status400BadRequest, "mapper_parsing_exception", reason);
        return new ElasticsearchException(root.Status, root.Type, "Failed to parse mapping: " + reason, root) { Root = root };
    }
}
