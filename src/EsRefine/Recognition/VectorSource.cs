namespace EsRefine.Recognition;

/// <summary>What a clause names in place of a vector.</summary>
/// <param name="Place">Where the vector itself can stand.</param>
internal abstract record VectorSource(VectorPlace Place)
{
    /// <summary>Whether another one names the same, wherever it stands.</summary>
    public bool IsSameAs(VectorSource? other) => other is not null && this with { Place = other.Place } == other;
}

/// <summary>Elasticsearch <c>query_vector_builder.lookup</c>: the vector is that of a document.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Path">The vector field there.</param>
/// <param name="Routing">Its routing; null = none.</param>
/// <param name="Place">Where the vector can stand.</param>
internal sealed record VectorLookup(string Index, string Id, string Path, string? Routing, VectorPlace Place) : VectorSource(Place);

/// <summary>The vector is that of a text, which a model embeds.</summary>
/// <param name="Form">Decides how the cluster is asked for it.</param>
/// <param name="ModelId">The model, or the inference endpoint; null where the cluster has a default.</param>
/// <param name="Text">The text.</param>
/// <param name="Place">Where the vector can stand.</param>
internal sealed record TextToEmbed(TextForm Form, string? ModelId, string Text, VectorPlace Place) : VectorSource(Place);

/// <summary>The form of a clause with a text to embed.</summary>
internal enum TextForm
{
    /// <summary>Elasticsearch <c>query_vector_builder.text_embedding</c>.</summary>
    TextEmbedding,

    /// <summary>Elasticsearch <c>query_vector_builder.embedding</c>.</summary>
    Embedding,

    /// <summary>OpenSearch <c>neural</c>.</summary>
    Neural,
}

/// <summary>Where a vector can be written that the body does not hold. Every other byte stays.</summary>
/// <param name="Original">The member that is replaced, with its name.</param>
/// <param name="Before">What is written there before the vector: the name of a member.</param>
/// <param name="After">What is written behind it: a default that only the old form has.</param>
internal sealed record VectorPlace(BodySlice Original, string Before, string After = "")
{
    /// <summary>Other bytes that change with it: the kind of the query, its model.</summary>
    public IReadOnlyList<(BodySlice Original, string Replacement)> Others { get; init; } = [];
}

/// <summary>A vector that the body does not spell out.</summary>
/// <param name="Source">What it is fetched from.</param>
/// <param name="Field">The field it is compared with; null where the cluster would reject the search.</param>
internal readonly record struct HiddenVector(VectorSource Source, string? Field);
