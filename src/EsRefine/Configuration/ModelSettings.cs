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
