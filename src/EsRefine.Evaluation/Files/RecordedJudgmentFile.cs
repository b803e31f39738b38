using System.Text;
using System.Text.Json;

namespace EsRefine.Evaluation.Files;

/// <summary>
/// Reads and writes recorded judgments: <c>{"set": "…", "query": "…", "doc": "…", "yes": 0.58, "no": 0.41}</c> per line. Also reads <c>.gz</c> files.
/// </summary>
public static class RecordedJudgmentFile
{
    /// <summary>Reads the judgments of one set.</summary>
    /// <param name="set">The set; null reads all lines.</param>
    /// <exception cref="EvaluationFileException">The file is missing or malformed, has no judgment of the set, or judges a pair twice.</exception>
    public static IReadOnlyList<RecordedJudgment> Read(string path, string? set)
    {
        List<RecordedJudgment> judgments = [];
        SortedSet<string> otherSets = new(StringComparer.Ordinal);
        HashSet<(string Query, string Document)> pairs = [];
        foreach (NumberedLine line in NumberedLines.Read(path))
        {
            RecordedJudgment judgment = Parse(path, line);
            if (set is not null && judgment.Set != set)
            {
                otherSets.Add(judgment.Set);
                continue;
            }

            if (!pairs.Add((judgment.Query, judgment.Doc)))
            {
                throw new EvaluationFileException(
                    path,
                    line.Number,
                    $"query '{judgment.Query}' and document '{judgment.Doc}' were judged before; remove one of the two lines, or name the set to read");
            }

            judgments.Add(judgment);
        }

        return judgments.Count > 0 ? judgments : throw new EvaluationFileException(
            path,
            otherSets.Count > 0 ? $"holds no judgment of the set '{set}'; it holds {string.Join(", ", otherSets)}" : "is empty; it should hold judgments");
    }

    /// <summary>Writes judgments, replacing the file.</summary>
    /// <exception cref="EvaluationFileException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<RecordedJudgment> judgments)
    {
        try
        {
            File.WriteAllLines(
                path,
                judgments.Select(static judgment => JsonSerializer.Serialize(judgment, RecordedJudgmentJson.Default.RecordedJudgment)),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EvaluationFileException(path, $"cannot be written: {exception.Message}", exception);
        }
    }

    private static RecordedJudgment Parse(string path, NumberedLine line)
    {
        const string Shape = "must be a JSON object with the strings set, query and doc and the numbers yes and no";
        try
        {
            RecordedJudgment judgment = JsonSerializer.Deserialize(line.Text, RecordedJudgmentJson.Default.RecordedJudgment)
                ?? throw new EvaluationFileException(path, line.Number, Shape);
            return judgment is { Yes: >= 0 and <= 1, No: >= 0 and <= 1 }
                ? judgment
                : throw new EvaluationFileException(path, line.Number, "yes and no are probability masses: numbers from 0 to 1");
        }
        catch (JsonException exception)
        {
            throw new EvaluationFileException(path, line.Number, Shape, exception);
        }
    }
}
