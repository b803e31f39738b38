using System.Globalization;

namespace EsRefine.Evaluation.Files;

/// <summary>
/// Reads judgments, plain or <c>.gz</c>: BEIR's three tab-separated columns with a header, or TREC's four columns <c>query 0 document grade</c>.
/// </summary>
public static class QrelsFile
{
    private const string BeirHeader = "query-id\tcorpus-id\tscore";
    private const string BeirShape = "query-id, corpus-id and score, separated by tabs";
    private const string TrecShape = "query, 0, document and grade, separated by spaces or tabs";

    /// <summary>Reads a file. The first line tells which of the two formats it has.</summary>
    /// <exception cref="EvaluationFileException">The file is missing, empty or malformed, has neither format, or judges a pair twice.</exception>
    public static Qrels Read(string path)
    {
        NumberedLine first = NumberedLines.Read(path).FirstOrDefault();
        return first.Text switch
        {
            null => throw new EvaluationFileException(path, "is empty; it should hold judgments"),
            BeirHeader => ReadBeir(path),
            _ when TrecColumns.Split(first.Text).Length == 4 => ReadTrec(path),
            _ => throw new EvaluationFileException(path, first.Number, $"is neither BEIR's header ({BeirShape}) nor a line of TREC qrels ({TrecShape})"),
        };
    }

    /// <summary>Reads BEIR's format.</summary>
    internal static Qrels ReadBeir(string path)
    {
        JudgmentTable table = new(path);
        bool header = true;
        foreach (NumberedLine line in NumberedLines.Read(path))
        {
            if (header)
            {
                header = line.Text == BeirHeader
                    ? false
                    : throw new EvaluationFileException(path, line.Number, $"must be the header {BeirShape}; add it, or name a split that has it");
                continue;
            }

            string[] columns = line.Text.Split('\t');
            if (columns.Length != 3)
            {
                throw new EvaluationFileException(path, line.Number, $"has {Count(columns)}, but should have three: {BeirShape}");
            }

            table.Add(line.Number, columns[0], columns[1], columns[2]);
        }

        return header ? throw new EvaluationFileException(path, $"is empty; it should start with the header {BeirShape}") : table.ToQrels();
    }

    private static Qrels ReadTrec(string path)
    {
        JudgmentTable table = new(path);
        foreach (NumberedLine line in NumberedLines.Read(path))
        {
            string[] columns = TrecColumns.Split(line.Text);
            if (columns.Length != 4)
            {
                throw new EvaluationFileException(path, line.Number, $"has {Count(columns)}, but should have four: {TrecShape}");
            }

            table.Add(line.Number, columns[0], columns[2], columns[3]);
        }

        return table.ToQrels();
    }

    private static string Count(string[] columns) => columns.Length == 1 ? "one column" : $"{columns.Length} columns";

    /// <summary>The judgments read so far.</summary>
    private sealed class JudgmentTable(string path)
    {
        private readonly Dictionary<string, Dictionary<string, int>> _grades = new(StringComparer.Ordinal);
        private readonly List<string> _queryIds = [];

        public void Add(int line, string queryId, string documentId, string grade)
        {
            if (queryId.Length == 0 || documentId.Length == 0)
            {
                throw new EvaluationFileException(path, line, $"the {(queryId.Length == 0 ? "query" : "document")} id is empty; fill it in or remove the line");
            }

            if (!int.TryParse(grade, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int value))
            {
                throw new EvaluationFileException(path, line, $"grade '{grade}' is not a whole number; use 0 for not relevant, 1 or more for relevant");
            }

            if (!_grades.TryGetValue(queryId, out Dictionary<string, int>? grades))
            {
                _grades.Add(queryId, grades = new(StringComparer.Ordinal));
                _queryIds.Add(queryId);
            }

            if (!grades.TryAdd(documentId, value))
            {
                throw new EvaluationFileException(
                    path, line, $"query '{queryId}' and document '{documentId}' were judged before, with grade {grades[documentId]}; remove one of the lines");
            }
        }

        public Qrels ToQrels() => new(_queryIds.Select(queryId => new TopicJudgments(queryId, _grades[queryId])));
    }
}
