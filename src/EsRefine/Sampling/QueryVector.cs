namespace EsRefine.Sampling;

/// <summary>The vector that a clause searches with.</summary>
/// <param name="Components">As the engine reads it.</param>
/// <param name="Json">As the client spelled it, or as a JSON array where it was fetched from a document.</param>
internal readonly record struct QueryVector(float[] Components, ReadOnlyMemory<byte> Json);
