using EsRefine.Configuration;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>Judges that read from a file: labels, or recorded answers of a model.</summary>
public sealed class FileJudgeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esrefine-judging-");

    [Theory]
    [InlineData("query-id\tcorpus-id\tscore\nq1\td0\t2\nq1\td1\t0\nq2\td2\t1\n")]
    [InlineData("q1 0 d0 2\nq1 0 d1 0\nq2 0 d2 1\n")]
    public async Task Label_is_1_for_grade_1_or_more_and_0_otherwise(string qrels)
    {
        IRelevanceJudge judge = Create(Qrels(qrels));

        Assert.Equal("qrels", judge.Name);
        Assert.Equal([1f, 0f, 0f], await JudgeAsync(judge, "move money", "d0", "d1", "d2"));
        Assert.Equal([0f, 0f, 1f], await JudgeAsync(judge, "  play music\n", "d0", "d1", "d2"));
    }

    [Theory]
    [InlineData("llm", "llm-noise")]
    [InlineData("weak", "weak-noise")]
    public async Task Noise_is_drawn_around_the_label_by_query_and_document_id(string noise, string name)
    {
        IRelevanceJudge judge = Create(Qrels("q1 0 d0 1\n") with { Noise = noise });
        LabelNoise expected = noise == "llm" ? LabelNoise.Llm : LabelNoise.Weak;

        Assert.Equal(name, judge.Name);
        Assert.Equal(
            [(float)expected.Probability("q1", "d0", relevant: true), (float)expected.Probability("q1", "d9", relevant: false)],
            await JudgeAsync(judge, "move money", "d0", "d9"));
    }

    [Fact]
    public async Task Ids_with_the_same_text_are_one_query_and_the_first_that_lists_a_document_is_used()
    {
        IRelevanceJudge judge = Create(Qrels("twin 0 d0 1\nq3 0 d0 0\nq3 0 d1 1\n", noise: "none"));

        Assert.Equal([0f, 1f, 0f], await JudgeAsync(judge, "twice", "d0", "d1", "d2"));
        Assert.Equal(
            [(float)LabelNoise.Llm.Probability("twin", "d0", relevant: true), (float)LabelNoise.Llm.Probability("twin", "d5", relevant: false)],
            await JudgeAsync(Create(Qrels("twin 0 d0 1\n", noise: "llm")), "twice", "d0", "d5"));
    }

    [Fact]
    public async Task Text_of_no_query_is_a_failure_that_names_the_setting_and_not_the_text()
    {
        IRelevanceJudge judge = Create(Qrels("q1 0 d0 1\n"));

        JudgeException failure = await Assert.ThrowsAsync<JudgeException>(() => JudgeAsync(judge, "Move Money", "d0"));

        Assert.Contains("judge.queries", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Move Money", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_pair_gives_its_probability_and_others_get_no_judgment()
    {
        IRelevanceJudge judge = Create(Recorded("""
            {"set":"bank","query":"q1","doc":"d0","yes":0.6,"no":0.2}
            {"set":"bank","query":"q1","doc":"d1","yes":0.00005,"no":0.00005}
            {"set":"other","query":"q1","doc":"d0","yes":0,"no":1}
            """) with { Set = "bank" });

        Assert.Equal("recorded:recorded.jsonl", judge.Name);
        Assert.Equal([0.75f, null, null], await JudgeAsync(judge, "move money", "d0", "d1", "d2"));
    }

    [Theory]
    [InlineData("{\"set\":\"s\",\"query\":\"q1\",\"doc\":\"d0\",\"yes\":0.6}", null, "recorded.jsonl:1:")]
    [InlineData("{\"set\":\"s\",\"query\":\"q1\",\"doc\":\"d0\",\"yes\":0.6,\"no\":0.1}\nnonsense", null, "recorded.jsonl:2:")]
    [InlineData("{\"set\":\"s\",\"query\":null,\"doc\":\"d0\",\"yes\":0.6,\"no\":0.1}", null, "recorded.jsonl:1:")]
    [InlineData("{\"set\":\"s\",\"query\":\"q1\",\"doc\":\"d0\",\"yes\":60,\"no\":40}", null, "0 to 1")]
    [InlineData("{\"set\":\"s\",\"query\":\"q1\",\"doc\":\"d0\",\"yes\":0.6,\"no\":0.1}", "t", "it holds s")]
    [InlineData(
        "{\"set\":\"s\",\"query\":\"q\",\"doc\":\"d\",\"yes\":1,\"no\":0}\n"
            + "{\"set\":\"t\",\"query\":\"q\",\"doc\":\"d\",\"yes\":0,\"no\":1}", null, "recorded.jsonl:2:")]
    [InlineData("", null, "is empty")]
    public void Malformed_recordings_are_refused_with_file_and_line(string lines, string? set, string told)
    {
        ConfigurationException refusal = Assert.Throws<ConfigurationException>(() => Create(Recorded(lines) with { Set = set }));

        Assert.StartsWith("judge.file: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_recordings_are_read_per_set()
    {
        string? file = SharedMaterial.Find("judgments/qwen2.5-coder-1.5b-instruct.jsonl");
        string? queries = SharedMaterial.Find("data/argkp21/queries.jsonl");
        Assert.SkipWhen(file is null || queries is null, SharedMaterial.Missing);
        string queryText = QueriesFile.Read(queries).Single(static query => query.Id == "kp_0_0").Text;

        IRelevanceJudge judge = Create(new JudgeSettings { Kind = "recorded", File = file, Queries = queries, Set = "argkp21" });

        float?[] judgments = await JudgeAsync(judge, queryText, "arg_0_10", "arg_0_13", "arg_9_999");
        Assert.Equal(0.248248 / (0.248248 + 0.750485), judgments[0]!.Value, 1e-6);
        Assert.Equal(0.58283 / (0.58283 + 0.41595), judgments[1]!.Value, 1e-6);
        Assert.Null(judgments[2]);
    }

    [Fact]
    public void Recordings_survive_being_written_and_read()
    {
        RecordedJudgment[] judgments = [new("set", "q1", "d \"0\"", 0.1, 0.9), new("set", "q1", "é", 1e-9, 0)];
        string path = Path.Combine(_folder.FullName, "written.jsonl");

        RecordedJudgmentFile.Write(path, judgments);

        Assert.Equal(judgments, RecordedJudgmentFile.Read(path, "set"));
        Assert.StartsWith("""{"set":"set","query":"q1","doc":""", File.ReadAllText(path), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> BadSettings => new()
    {
        { "kind: qerls", "judge.kind", "chat, qrels or recorded" },
        { "kind: chat, model: any", "judge.url", "http://localhost:8085/v1" },
        { "kind: chat, url: ftp://host/v1, model: any", "judge.url", "http://" },
        { "kind: chat, url: http://localhost/v1", "judge.model", "set the name of the model" },
        { "kind: chat, url: http://localhost/v1, model: any, key: ESREFINE_TEST_NO_SUCH_KEY", "judge.apiKeyEnv", "ESREFINE_TEST_NO_SUCH_KEY" },
        { "kind: qrels, queries: q", "judge.file", "qrels file" },
        { "kind: recorded, file: missing.jsonl, queries: q", "judge.file", "missing.jsonl" },
        { "kind: qrels, file: missing.tsv, queries: q, noise: loud", "judge.noise", "none, llm or weak" },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public void Error_for_an_invalid_setting_names_it_and_the_fix(string settings, string name, string fix)
    {
        Dictionary<string, string> said = settings.Split(", ").Select(static pair => pair.Split(": ", 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1]);
        string? Said(string key) => said.GetValueOrDefault(key);

        ConfigurationException refusal = Assert.Throws<ConfigurationException>(() => Create(new JudgeSettings
        {
            Kind = said["kind"],
            Url = Said("url") is { } url ? new Uri(url) : null,
            Model = Said("model"),
            ApiKeyEnv = Said("key"),
            File = Said("file"),
            Queries = Said("queries"),
            Noise = Said("noise") ?? "none",
        }));

        Assert.StartsWith(name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(fix, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IRelevanceJudge Create(JudgeSettings settings) => RelevanceJudges.Create(settings, TimeProvider.System, NullLoggerFactory.Instance);

    private static async Task<float?[]> JudgeAsync(IRelevanceJudge judge, string queryText, params string[] documents)
    {
        JudgmentSheet sheet = new(documents.Length);
        JudgingTask task = new(queryText, null, [.. documents.Select(static document => new JudgedDocument(document, "text"))]);
        await judge.JudgeAsync(task, sheet, TestContext.Current.CancellationToken);
        return [.. sheet.Close().Select(static judgment => judgment?.Probability)];
    }

    private JudgeSettings Qrels(string lines, string noise = "none") =>
        new() { Kind = "qrels", File = Write("qrels.tsv", lines), Queries = WriteQueries(), Noise = noise };

    private JudgeSettings Recorded(string lines) => new() { Kind = "recorded", File = Write("recorded.jsonl", lines), Queries = WriteQueries() };

    private string WriteQueries() => Write("queries.jsonl", """
        {"_id":"q1","text":"move money"}
        {"_id":"q2","text":" play music "}
        {"_id":"q3","text":"twice"}
        {"_id":"twin","text":"twice"}
        """);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
