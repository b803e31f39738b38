namespace EsRefine.Configuration;

/// <summary>An embedding model on disk.</summary>
internal sealed record ModelSettings
{
    [Setting("The local embedding model: a folder in sentence-transformers layout, as exported by Hugging Face.",
        Form = nameof(TextForms.Folder), Flag = "--model", Placeholder = "DIR", Example = "models/all-MiniLM-L6-v2")]
    public required string Folder { get; init; }

    [Setting("The ONNX file, relative to the folder. Needed only where the folder holds several.", Example = "onnx/model.onnx")]
    public string? File { get; init; }

    /// <summary>Null: the folder's <c>prompts.query</c>, if any.</summary>
    [Setting("Text put before every query. It replaces the prompt of the model folder.", Form = nameof(TextForms.AnyText), Example = "\"query: \"")]
    public string? QueryPrefix { get; init; }

    /// <summary>Null: the folder's <c>prompts.document</c>, if any.</summary>
    [Setting("Text put before every document. It replaces the prompt of the model folder.", Form = nameof(TextForms.AnyText), Example = "\"passage: \"")]
    public string? DocumentPrefix { get; init; }

    [Setting("Where the model runs. auto uses CUDA where it is available.", Words = ["auto", "cpu", "cuda"])]
    public string Device { get; init; } = "auto";
}

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

/// <summary>Limits of the memory for the texts whose vectors the models listener returned.</summary>
internal sealed record VectorMemorySettings
{
    /// <summary>Null: the memory is not shared with other processes.</summary>
    [Setting("Sidecars with the same tenant and the same cache.redis share the texts they remember. Without it each process keeps its own memory.",
        Example = "shop")]
    public string? Tenant { get; init; }

    [Setting("Texts remembered. Each takes 200 bytes and two bytes per character.", Unit = "texts", Min = 1, Max = 10_000_000)]
    public int Entries { get; init; } = 100_000;

    [Setting("Memory that texts may take.", Unit = "MiB", Min = 1, Max = 65_536)]
    public int Mebibytes { get; init; } = 64;

    [Setting("Time a text is remembered after its vector was last returned.", Unit = "minutes", Min = 1, Max = 525_600)]
    public int Minutes { get; init; } = 24 * 60;
}
