namespace EsRefine.Evaluation.Files;

/// <summary>Reads a <c>queries.jsonl</c> of BEIR without the rest of its set, plain or <c>.gz</c>: <c>{"_id": "q1", "text": "…"}</c> per line.</summary>
public static class QueriesFile
{
    /// <summary>Reads the queries, in file order.</summary>
    /// <exception cref="EvaluationFileException">The file is missing or malformed, or contains an id twice.</exception>
    public static IReadOnlyList<BeirQuery> Read(string path) => [.. BeirRecordReader.ReadQueries(path)];
}
