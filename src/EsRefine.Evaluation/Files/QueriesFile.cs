namespace EsRefine.Evaluation.Files;

/// <summary>Reads BEIR's <c>queries.jsonl</c> on its own: <c>{"_id": "q1", "text": "…"}</c>, one a line; <c>.gz</c> too.</summary>
public static class QueriesFile
{
    /// <summary>The queries, in file order.</summary>
    /// <exception cref="EvaluationFileException">The file is missing or malformed, or holds an id twice.</exception>
    public static IReadOnlyList<BeirQuery> Read(string path) => [.. BeirRecordReader.ReadQueries(path)];
}
