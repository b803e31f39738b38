using System.Globalization;

namespace EsRefine.Evaluation.Files;

/// <summary>Reads and writes runs as TREC files: <c>query Q0 document rank score tag</c>, one line per document.</summary>
public static class TrecRunFile
{
    private const string Shape = "query, Q0, document, rank, score and tag, separated by spaces or tabs";

    /// <summary>
    /// Writes a run, replacing the file. Reading the file gives exactly the same scores. Ranks start at 1. No line is written for a query with an empty
    /// list.
    /// </summary>
    /// <exception cref="EvaluationFileException">
    /// An id or the tag is empty or contains white space, which the format cannot express (no file is written); or the file cannot be written.
    /// </exception>
    public static void Write(string path, Run run)
    {
        RequireColumn(path, "the tag", run.Tag);
        foreach (string queryId in run.QueryIds)
        {
            RequireColumn(path, "query id", queryId);
            foreach (ScoredDocument document in run[queryId])
            {
                RequireColumn(path, "document id", document.DocumentId);
            }
        }

        try
        {
            WriteLines(path, run);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EvaluationFileException(path, $"cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Reads a run. As in trec_eval, documents are ranked by score; the rank column and the order of lines are ignored. The tag is taken from the first line.
    /// </summary>
    /// <exception cref="EvaluationFileException">The file is missing, empty or malformed, or lists a document twice for a query.</exception>
    public static Run Read(string path)
    {
        Dictionary<string, Dictionary<string, double>> scores = new(StringComparer.Ordinal);
        List<string> queryIds = [];
        string? tag = null;
        foreach (NumberedLine line in NumberedLines.Read(path))
        {
            string[] columns = TrecColumns.Split(line.Text);
            if (columns.Length != 6)
            {
                throw new EvaluationFileException(path, line.Number, $"has {columns.Length} columns, but should have six: {Shape}");
            }

            (string queryId, string documentId) = (columns[0], columns[2]);
            if (!double.TryParse(columns[4], NumberStyles.Float, CultureInfo.InvariantCulture, out double score) || double.IsNaN(score))
            {
                throw new EvaluationFileException(path, line.Number, $"score '{columns[4]}' is not a number; the fifth column must be a score");
            }

            if (!scores.TryGetValue(queryId, out Dictionary<string, double>? list))
            {
                scores.Add(queryId, list = new(StringComparer.Ordinal));
                queryIds.Add(queryId);
            }

            if (!list.TryAdd(documentId, score))
            {
                throw new EvaluationFileException(path, line.Number, $"query '{queryId}' lists document '{documentId}' twice; remove one of the two lines");
            }

            tag ??= columns[5];
        }

        Run run = new(tag ?? throw new EvaluationFileException(path, $"is empty; a run has lines of {Shape}"));
        foreach (string queryId in queryIds)
        {
            run.Add(queryId, new RankedList(scores[queryId].Select(static pair => new ScoredDocument(pair.Key, pair.Value))));
        }

        return run;
    }

    private static void WriteLines(string path, Run run)
    {
        using StreamWriter writer = new(path) { NewLine = "\n" };
        foreach (string queryId in run.QueryIds)
        {
            RankedList list = run[queryId];
            for (int i = 0; i < list.Count; i++)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{queryId} Q0 {list[i].DocumentId} {i + 1} {list[i].Score:R} {run.Tag}"));
            }
        }
    }

    private static void RequireColumn(string path, string what, string value)
    {
        if (!TrecColumns.CanHold(value))
        {
            string why = value.Length == 0 ? "is empty" : "contains white space";
            throw new EvaluationFileException(path, $"{what} '{value}' {why}, which a TREC run cannot express; rename it, or do not write a run file");
        }
    }
}
