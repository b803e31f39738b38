namespace EsRefine.Configuration;

/// <summary>The cluster behind EsRefine.</summary>
internal sealed record UpstreamSettings
{
    [Setting("Nodes of one cluster, each http(s)://host:port[/prefix].", Flag = "--upstream", Placeholder = "URL",
        Example = "[http://localhost:9200]", IsSetInSample = true)]
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    [Setting("Authorization header for reading mappings where callers may not read them. It is used for nothing else. Set it by its environment variable "
        + "rather than in a file.",
        Example = "ApiKey bWFwcGluZ3M6b25seQ==", IsSecret = true)]
    public string? MappingAuthorization { get; init; }
}
