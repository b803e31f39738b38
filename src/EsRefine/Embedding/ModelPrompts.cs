using EsRefine.Configuration;

namespace EsRefine.Embedding;

/// <summary>Texts that a model wants before its input; empty where it wants none.</summary>
/// <param name="Query">Before a query.</param>
/// <param name="Document">Before a document.</param>
/// <param name="Default">Before a text of unsaid purpose.</param>
internal sealed record ModelPrompts(string Query, string Document, string Default)
{
    /// <summary>From <c>config_sentence_transformers.json</c>, overruled by the configuration.</summary>
    /// <remarks>As sentence-transformers: "query" for queries; "document", "passage" or "corpus" for documents; else the default prompt.</remarks>
    public static ModelPrompts Read(ModelSettings settings)
    {
        string usual = "";
        string? query = null;
        string? document = null;
        JsonFile? file = JsonFile.TryRead(Path.Combine(settings.Folder, "config_sentence_transformers.json"));
        if (file?.Value("prompts") is { } prompts)
        {
            query = file.Text(prompts, "query");
            document = file.Text(prompts, "document") ?? file.Text(prompts, "passage") ?? file.Text(prompts, "corpus");
            if (file.Text("default_prompt_name") is { } name)
            {
                usual = file.Text(prompts, name) ?? throw file.Wrong("default_prompt_name", "one of the prompts");
            }
        }

        return new(settings.QueryPrefix ?? query ?? usual, settings.DocumentPrefix ?? document ?? usual, usual);
    }

    public string For(EmbeddingPurpose purpose) => purpose switch
    {
        EmbeddingPurpose.Query => Query,
        EmbeddingPurpose.Document => Document,
        _ => Default,
    };
}
