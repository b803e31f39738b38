namespace EsRefine.Recognition;

/// <summary>The script of a clause of exact kNN.</summary>
/// <param name="Json">The script object.</param>
/// <param name="Function">What it computes, whatever the mapping says.</param>
/// <param name="UsesScore">Whether it computes with the score of the query that it ranks the hits of.</param>
/// <param name="ScoredQuery">JSON of that query where its score counts; missing where there is none: then all documents have the same score.</param>
internal sealed record KnnScript(BodySlice Json, VectorFunction Function, bool UsesScore, BodySlice ScoredQuery = default);
