namespace EsRefine.Evaluation;

/// <summary>A retrieved document and the score that ranks it.</summary>
/// <param name="DocumentId">The document's id (trec_eval's docno); the engine's <c>_id</c>.</param>
/// <param name="Score">Higher is better; any number but NaN.</param>
public readonly record struct ScoredDocument(string DocumentId, double Score);
