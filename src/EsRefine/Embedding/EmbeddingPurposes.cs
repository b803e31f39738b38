using Microsoft.Extensions.AI;

namespace EsRefine.Embedding;

/// <summary>The purpose of an embedding. Retrieval models use different prompts for queries and for documents.</summary>
internal enum EmbeddingPurpose
{
    /// <summary>Unknown: the model's default prompt is used, if it has one.</summary>
    Unspecified,

    Query,

    Document,
}

/// <summary>The purpose as options of <see cref="IEmbeddingGenerator{TInput,TEmbedding}"/>; it survives decorators, which clone options.</summary>
internal static class EmbeddingPurposes
{
    private const string Key = "esrefine.purpose";

    /// <summary>Fresh options each time: they are mutable.</summary>
    public static EmbeddingGenerationOptions Query => Options(EmbeddingPurpose.Query);

    /// <inheritdoc cref="Query"/>
    public static EmbeddingGenerationOptions Document => Options(EmbeddingPurpose.Document);

    /// <summary>The purpose that options carry.</summary>
    public static EmbeddingPurpose Of(EmbeddingGenerationOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out EmbeddingPurpose purpose) == true ? purpose : EmbeddingPurpose.Unspecified;

    private static EmbeddingGenerationOptions Options(EmbeddingPurpose purpose) => new() { AdditionalProperties = new() { [Key] = purpose } };
}
