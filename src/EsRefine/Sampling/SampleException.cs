namespace EsRefine.Sampling;

/// <summary>No sample to learn from. The message names the cause and holds no document text.</summary>
internal sealed class SampleException(RefinementOutcome outcome, string message) : Exception(message)
{
    /// <summary>The outcome this ends in.</summary>
    public RefinementOutcome Outcome { get; } = outcome;

    /// <summary>A stored vector has other dimensions than the query vector.</summary>
    public static SampleException OtherDimensions(string field, int ofQuery, int ofHit) => new(
        RefinementOutcome.DimensionMismatch,
        $"the query vector has {ofQuery} dimensions but a hit of field '{field}' has {ofHit}; check the embedding model");
}
