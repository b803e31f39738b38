using EsRefine.Refinement;
using EsRefine.Upstream;

namespace EsRefine.Targets;

/// <summary>The settings for an index and a field: those of the request override those of the target, which override the general ones.</summary>
internal sealed record Target
{
    public required RefinementMode Mode { get; init; }

    public required IRefinementRule Rule { get; init; }

    public required TimeSpan Deadline { get; init; }

    /// <summary>Hits to judge.</summary>
    public required int SampleSize { get; init; }

    public required RefinementGuards Guards { get; init; }

    /// <summary>What relevance means here, for the judge; null = its general wording.</summary>
    public string? Task { get; init; }

    /// <summary>Fields of _source that hold the text; empty = all text fields of the mapping.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    /// <summary>What embeds the text of clauses that hold no vector; null = nothing: such clauses are not refined.</summary>
    public QueryModel? Model { get; init; }

    /// <summary>The fields whose text is judged.</summary>
    public IReadOnlyList<string> TextFields(FieldMapping mapping) => Text.Count > 0 ? Text : mapping.TextFields;
}
