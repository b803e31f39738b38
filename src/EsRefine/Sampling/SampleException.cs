namespace EsRefine.Sampling;

/// <summary>No sample to learn from. The message names the cause and holds no document text.</summary>
internal sealed class SampleException(RefinementOutcome outcome, string message) : Exception(message)
{
    /// <summary>The outcome this ends in.</summary>
    public RefinementOutcome Outcome { get; } = outcome;
}
