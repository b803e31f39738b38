using EsRefine.Evaluation.Files;

namespace EsRefine.Evaluation.Tests.Files;

public sealed class QrelsFileTests
{
    [Theory]
    [InlineData("test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq2\td1\t0\nq1\td2\t-1\n")]
    [InlineData("qrels.txt", "q1 0 d1 2\nq2 0 d1 0\nq1\t0\td2   -1\n")]
    [InlineData("qrels.gz", "q1 Q0 d1 2\r\n\r\nq2 Q0 d1 0\r\nq1 Q0 d2 -1")]
    public void Format_is_detected_from_the_first_line(string name, string content)
    {
        using TemporaryFolder folder = new();
        Qrels qrels = QrelsFile.Read(folder.Write(name, content));

        Assert.Equal(["q1", "q2"], qrels.Topics.Select(static topic => topic.QueryId));
        Assert.Equal([2, -1, null], new[] { "d1", "d2", "d3" }.Select(qrels.Topics[0].Grade));
        Assert.Equal([(1, 0), (0, 1)], qrels.Topics.Select(static topic => (topic.RelevantCount, topic.NotRelevantCount)));
        Assert.Equal([true, false, false], new[] { ("q1", "d1"), ("q1", "d2"), ("q9", "d1") }.Select(pair => qrels.IsRelevant(pair.Item1, pair.Item2)));
    }

    [Theory]
    [InlineData("", "is empty; it should hold judgments")]
    [InlineData("q1 d1 1\n", ":1: is neither BEIR's header (query-id, corpus-id and score, separated by tabs) nor a line of TREC qrels")]
    [InlineData("q1 0 d1 1\nq1 0 d2\n", ":2: has 3 columns, but should have four: query, 0, document and grade")]
    [InlineData("q1 0 d1 yes\n", ":1: grade 'yes' is not a whole number")]
    [InlineData("q1 0 d1 1\nq1 0 d1 1\n", ":2: query 'q1' and document 'd1' were judged before")]
    public void Malformed_line_is_named_with_the_fix(string content, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("qrels", content);
        Assert.Contains(message, Assert.Throws<EvaluationFileException>(() => QrelsFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "none.tsv");
        Assert.StartsWith($"{path}: cannot be read", Assert.Throws<EvaluationFileException>(() => QrelsFile.Read(path)).Message, StringComparison.Ordinal);
    }
}
