using EsRefine.Evaluation.Files;
using EsRefine.TestSupport;

namespace EsRefine.Evaluation.Tests.Files;

public sealed class BeirSetTests
{
    [Fact]
    public void Set_without_meta_has_the_name_of_its_folder_and_ranks_the_whole_corpus()
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        BeirSet set = BeirSet.Open(folder.Path + Path.DirectorySeparatorChar);

        Assert.Equal(Path.GetFileName(folder.Path), set.Name);
        Assert.Equal(CandidatePool.Corpus, set.Pool);
        Assert.Equal(["test"], set.Splits);
        Assert.Equal([new("d1", "A", "one"), new("d2", "", "two")], set.ReadCorpus());
        Assert.Equal([new("q1", "which?")], set.ReadQueries());
        Assert.True(set.ReadQrels("test").IsRelevant("q1", "d1"));
    }

    [Fact]
    public void Compressed_files_are_read_like_plain_ones()
    {
        using TemporaryFolder folder = new();
        folder.Write("corpus.jsonl.gz", """{"_id":"d1","title":"A","text":"one"}""");
        folder.Write("queries.jsonl.gz", """{"_id":"q1","text":"which?"}""" + "\r\n\r\n");
        folder.Write("qrels/dev.tsv.gz", "query-id\tcorpus-id\tscore\r\nq1\tid with spaces\t2\r\n");
        folder.Write("meta.json", """{"name":"small","pool":"listed","counts":{}}""");
        BeirSet set = BeirSet.Open(folder.Path);

        Assert.Equal(("small", CandidatePool.Listed), (set.Name, set.Pool));
        Assert.Equal([new("d1", "A", "one")], set.ReadCorpus());
        Assert.Equal([new("q1", "which?")], set.ReadQueries());
        Assert.Equal(2, Assert.Single(set.ReadQrels("dev").Topics).Grade("id with spaces"));
    }

    [Theory]
    [InlineData("Title", "text", "Title text")]
    [InlineData("", "text", "text")]
    [InlineData(" Title ", " ", "Title")]
    public void Full_text_is_title_and_text_trimmed(string title, string text, string expected) =>
        Assert.Equal(expected, new BeirDocument("d", title, text).FullText);

    [Theory]
    [InlineData("corpus.jsonl", """{"_id":"d1","text":"one"}""" + "\n" + """{"_id":"d1","text":"two"}""", "corpus.jsonl:2: _id 'd1' occurs twice; ids")]
    [InlineData("corpus.jsonl", """{"_id":"d1","text":"one"}""" + "\n\n" + """{"_id":"d2" "text":"two"}""", "corpus.jsonl:3: is not JSON at byte 12")]
    [InlineData("corpus.jsonl", """["d1","one"]""", "corpus.jsonl:1: must be a JSON object with _id and text")]
    [InlineData("corpus.jsonl", """{"_id":17,"text":"one"}""", "corpus.jsonl:1: _id must be a string, but it is 17; put it in quotes")]
    [InlineData("corpus.jsonl", """{"_id":"","text":"one"}""", "corpus.jsonl:1: _id is empty")]
    [InlineData("corpus.jsonl", """{"_id":"d1","title":["A"],"text":"one"}""", "corpus.jsonl:1: title must be a string")]
    [InlineData("corpus.jsonl", """{"_id":"d1","title":"A"}""", "corpus.jsonl:1: has no text; add it, as a string")]
    [InlineData("corpus.jsonl", """{"_id":"d1","text":"\ud83d"}""", "corpus.jsonl:1: text contains half of a surrogate pair")]
    [InlineData("queries.jsonl", """{"_id":"q1"}""", "queries.jsonl:1: has no text")]
    [InlineData("queries.jsonl", """{"_id":"q1","text":"a"}""" + "\n" + """{"_id":"q1","text":"b"}""", "queries.jsonl:2: _id 'q1' occurs twice")]
    [InlineData("qrels/test.tsv", "q1\td1\t1\n", "test.tsv:1: must be the header query-id, corpus-id and score, separated by tabs")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\traw\nq1\td1\t1\n", "test.tsv:1: must be the header")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t0.5\n", "test.tsv:2: grade '0.5' is not a whole number; use 0 for not relevant")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1 d1 1\n", "test.tsv:2: has one column, but should have three")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td1\t0\n", ":3: query 'q1' and document 'd1' were judged before, with grade 1")]
    [InlineData("qrels/test.tsv", "query-id\tcorpus-id\tscore\n\td1\t1\n", "test.tsv:2: the query id is empty")]
    [InlineData("qrels/test.tsv", "", "test.tsv: is empty; it should start with the header")]
    [InlineData("meta.json", "{\n\"pool\": corpus}", "meta.json:2: is not JSON")]
    [InlineData("meta.json", """{"pool":"all"}""", "meta.json: pool is 'all', but only 'corpus' and 'listed' are known")]
    [InlineData("meta.json", """{"name":1}""", "meta.json: name must be a string, but it is 1")]
    public void Malformed_file_is_named_with_its_line_and_the_fix(string file, string content, string message)
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        folder.Write(file, content);
        EvaluationFileException exception = Assert.Throws<EvaluationFileException>(() => ReadAll(folder.Path));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("corpus.jsonl", "holds neither corpus.jsonl nor corpus.jsonl.gz")]
    [InlineData("queries.jsonl", "holds neither queries.jsonl nor queries.jsonl.gz")]
    public void Missing_file_is_named(string file, string message)
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        File.Delete(Path.Combine(folder.Path, file));
        AssertRefused(message, () => BeirSet.Open(folder.Path));
    }

    [Fact]
    public void Missing_folder_is_named()
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        AssertRefused("there is no such folder", () => BeirSet.Open(Path.Combine(folder.Path, "none")));
        Directory.Delete(Path.Combine(folder.Path, "qrels"), recursive: true);
        AssertRefused("holds no folder qrels", () => BeirSet.Open(folder.Path));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("../qrels/test")]
    public void Missing_split_is_reported_with_the_existing_ones(string split)
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        folder.Write("qrels/dev.tsv.gz", "");
        BeirSet set = BeirSet.Open(folder.Path);
        AssertRefused($"there is no split '{split}'; there are: dev, test", () => set.ReadQrels(split));
    }

    [Fact]
    public void File_that_is_not_gzip_or_not_utf8_is_an_error()
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        File.WriteAllText(Path.Combine(folder.Path, "qrels", "dev.tsv.gz"), "query-id\tcorpus-id\tscore\n");
        File.WriteAllBytes(Path.Combine(folder.Path, "queries.jsonl"), [.. """{"_id":"q1","text":"caf"""u8, 0xE9, .. "\"}"u8]);
        BeirSet set = BeirSet.Open(folder.Path);

        AssertRefused("is not gzip although its name ends in .gz", () => set.ReadQrels("dev"));
        AssertRefused("not UTF-8", () => set.ReadQueries());
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void Truncated_file_is_an_error_that_names_it(double part)
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        File.Delete(Path.Combine(folder.Path, "corpus.jsonl"));
        string path = folder.Write(
            "corpus.jsonl.gz", string.Concat(Enumerable.Range(0, 2000).Select(static i => $$"""{"_id":"d{{i}}","text":"{{Guid.NewGuid()}}"}""" + "\n")));
        byte[] packed = File.ReadAllBytes(path);
        File.WriteAllBytes(path, packed[..(int)(part * packed.Length)]);
        BeirSet set = BeirSet.Open(folder.Path);

        AssertRefused($"{path}: is truncated or damaged after line", () => _ = set.ReadCorpus().Count());
    }

    [Fact]
    public void Corpus_is_streamed()
    {
        using TemporaryFolder folder = new TemporaryFolder().WithSet();
        folder.Write("corpus.jsonl", """{"_id":"d1","text":"one"}""" + "\n" + "not JSON");
        Assert.Equal("d1", BeirSet.Open(folder.Path).ReadCorpus().First().Id);
    }

    // The counts are those in the meta.json of each set.
    [Theory]
    [InlineData("adi", "test", 82, 35, 170)]
    [InlineData("argkp21", "test", 6515, 243, 4998)]
    [InlineData("limit-small", "test", 46, 1000, 2000)]
    [InlineData("nfcorpus", "train", 3633, 2590, 110575)]
    public void Real_sets_have_the_counts_they_state(string name, string split, int documents, int topics, int relevant)
    {
        string? folder = SharedMaterial.Find("data/" + name);
        Assert.SkipUnless(folder is not null, SharedMaterial.Missing);
        BeirSet set = BeirSet.Open(folder);
        Qrels qrels = set.ReadQrels(split);

        Assert.Equal(name, set.Name);
        Assert.Equal(documents, set.ReadCorpus().Count());
        Assert.Equal((topics, relevant), (qrels.Topics.Count, qrels.Topics.Sum(static topic => topic.RelevantCount)));
        Assert.Subset(set.ReadQueries().Select(static query => query.Id).ToHashSet(), qrels.Topics.Select(static topic => topic.QueryId).ToHashSet());
    }

    private static void AssertRefused(string message, Action act) =>
        Assert.Contains(message, Assert.Throws<EvaluationFileException>(act).Message, StringComparison.Ordinal);

    private static void ReadAll(string path)
    {
        BeirSet set = BeirSet.Open(path);
        _ = set.ReadCorpus().Count();
        _ = set.ReadQueries();
        _ = set.ReadQrels("test");
    }
}
