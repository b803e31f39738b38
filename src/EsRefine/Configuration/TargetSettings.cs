namespace EsRefine.Configuration;

/// <summary>An index pattern and field with settings of their own. Null: the general setting.</summary>
internal sealed record TargetSettings
{
    [Setting("Index name or pattern with *. It is matched against the index expression of the search and against the indices behind it.",
        Example = "\"products-*\"")]
    public required string Index { get; init; }

    [Setting("Vector field. All of them by default.", Example = "title_vector")]
    public string? Field { get; init; }

    [Setting("Fields of _source that hold the text to judge, in this order. All text fields of the mapping by default.", Example = "[title, description]")]
    public IReadOnlyList<string> Text { get; init; } = [];

    [Setting("What relevance means here, in a sentence for the judge.", Example = "Is this product what the shopper is looking for?")]
    public string? Task { get; init; }

    [Setting("Overrides rule for this target.", Form = nameof(TextForms.Rule), Example = "rocchio@0.5")]
    public string? Rule { get; init; }

    [Setting("Overrides mode for this target.", Example = "shadow")]
    public RefinementMode? Mode { get; init; }

    [Setting("Overrides deadlineMs for this target.", Unit = "milliseconds", Min = 1, Max = 600_000, Example = "800")]
    public int? DeadlineMs { get; init; }

    [Setting("Overrides sample for this target.", Unit = "hits", Min = 2, Max = 100, Example = "30")]
    public int? Sample { get; init; }

    [Setting("The model that embeds the text of clauses that hold no vector (query_vector_builder, neural), so that they are refined too. "
        + "upstream: the cluster, with the model the clause names and the caller's credentials. "
        + "local: the local model (model.folder), which must be the one the field was made with. "
        + "Without it such clauses are forwarded unchanged.",
        Example = "upstream")]
    public QueryModel? Model { get; init; }
}
