using CsCheck;
using EsRefine.Evaluation.Files;

namespace EsRefine.Evaluation.Tests.Files;

public sealed class TrecRunFileTests
{
    [Fact]
    public void Run_is_written_in_rank_order()
    {
        using TemporaryFolder folder = new();
        Run run = new("rocchio@0.3");
        run.Add("q2", new RankedList([new("a", 0.1), new("b", 0.25)]));
        run.Add("q1", new RankedList([new("c", 1e-7)]));
        run.Add("q3", RankedList.Empty);
        string path = Path.Combine(folder.Path, "run.txt");
        TrecRunFile.Write(path, run);

        Assert.Equal("q2 Q0 b 1 0.25 rocchio@0.3\nq2 Q0 a 2 0.1 rocchio@0.3\nq1 Q0 c 1 1E-07 rocchio@0.3\n", File.ReadAllText(path));
    }

    [Fact]
    public void Scores_are_read_back_bit_for_bit()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "run.txt");
        Gen.Double.Where(static score => !double.IsNaN(score)).Array[1, 20].Sample(scores =>
        {
            Run run = new("knn");
            run.Add("qé漢", new RankedList(scores.Select(static (score, i) => new ScoredDocument($"d\u00A0{i}", score))));
            TrecRunFile.Write(path, run);
            Run back = TrecRunFile.Read(path);

            Assert.Equal("knn", back.Tag);
            Assert.Equal(run["qé漢"], back["qé漢"]);
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void Ranks_and_the_order_of_lines_are_ignored()
    {
        using TemporaryFolder folder = new();
        Run run = TrecRunFile.Read(folder.Write("run.gz", "q1 Q0 a 1 0.5 knn\nq2 Q0 a 1 3 knn\nq1\tQ0\tb\t9\t0.75\tknn\n"));

        Assert.Equal(["q1", "q2"], run.QueryIds);
        Assert.Equal([new("b", 0.75), new("a", 0.5)], run["q1"]);
    }

    [Theory]
    [InlineData("q1", "Geneva Durben", "knn", "document id 'Geneva Durben' contains white space, which a TREC run cannot express")]
    [InlineData("q\t1", "d1", "knn", "query id 'q\t1' contains white space")]
    [InlineData("q1", "", "knn", "document id '' is empty")]
    [InlineData("q1", "d1", "my run", "the tag 'my run' contains white space")]
    public void Id_that_the_format_cannot_express_is_rejected_before_writing(string queryId, string documentId, string tag, string message)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "run.txt");
        Run run = new(tag);
        run.Add("q0", new RankedList([new("fine", 1)]));
        run.Add(queryId, new RankedList([new(documentId, 1)]));

        Assert.Contains(message, Assert.Throws<EvaluationFileException>(() => TrecRunFile.Write(path, run)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("", "is empty; a run has lines of query, Q0, document, rank, score and tag")]
    [InlineData("q1 Q0 a 1 0.5\n", ":1: has 5 columns, but should have six")]
    [InlineData("q1 Q0 a 1 high knn\n", ":1: score 'high' is not a number")]
    [InlineData("q1 Q0 a 1 NaN knn\n", ":1: score 'NaN' is not a number")]
    [InlineData("q1 Q0 a 1 2 knn\nq1 Q0 a 2 1 knn\n", ":2: query 'q1' lists document 'a' twice")]
    public void Malformed_line_is_named_with_the_fix(string content, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("run.txt", content);
        Assert.Contains(message, Assert.Throws<EvaluationFileException>(() => TrecRunFile.Read(path)).Message, StringComparison.Ordinal);
    }
}
