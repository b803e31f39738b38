namespace EsRefine.Configuration;

/// <summary>The models listener, which is open where <see cref="ListenSettings.Models"/> is set.</summary>
internal sealed record ModelsSettings
{
    /// <summary>Null: the local model answers.</summary>
    [Setting("An embeddings server that requests are relayed to unchanged. Leave out the path: applications send it (/v1/embeddings, /api/embed, /embed). "
        + "Without it the local model (model.folder) answers.",
        Flag = "--models-upstream", Placeholder = "URL", Example = "https://api.openai.com")]
    public Uri? Upstream { get; init; }

    [Setting("Whether everything that applications send is relayed to models.upstream. By default only requests for embeddings and GET /v1/models are.")]
    public bool RelayAllPaths { get; init; }

    [Setting("Whether the texts sent to the models listener are queries or documents. It selects the prompt of the local model; requests do not name one.",
        Words = ["unspecified", "query", "document"])]
    public string Purpose { get; init; } = "unspecified";

    [Setting("Limits of the memory for the texts of returned vectors, and who shares it. When a limit is reached, the oldest text is removed.")]
    public VectorMemorySettings Memory { get; init; } = new();
}
