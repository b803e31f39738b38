using System.Text.RegularExpressions;
using EsRefine.Commands;
using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EsRefine.Tests.Judging;

/// <summary>Everything that is known about a kind of judge follows from its row in <see cref="RelevanceJudges.Kinds"/>.</summary>
public sealed class JudgeKindTests : IDisposable
{
    private static readonly SettingGroup Group = (SettingGroup)EsRefineSettings.Tree.At("judge");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esrefine-kinds-");

    public static TheoryData<string> Kinds => [.. RelevanceJudges.Kinds.Select(static kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_word_of_the_flag_names_the_kind_with_its_settings(string name)
    {
        JudgeKind kind = RelevanceJudges.Find(name)!;
        Assert.All(kind.Words, word =>
        {
            string text = word.Argument is null ? word.Word : $"{word.Word}:{Write("argument")}";
            JudgeSettings judge = Configured.By(Yaml(kind, withKind: false), flags: ("--judge", [text])).Settings.Judge!;
            Assert.Equal(name, judge.Kind);
            Assert.All(word.Settings, setting => Assert.Equal(setting.Text, Child(setting.Property).ValueIn(judge)));
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Missing_required_setting_of_the_kind_is_an_error(string name)
    {
        IReadOnlyList<string> faults = Configured.Faults($"judge: {{ kind: {name} }}");
        Assert.Equal(
            RelevanceJudges.Find(name)!.Needs.Select(property => $"the {name} judge needs {Child(property).Path}: "),
            faults.Select(static fault => Regex.Match(fault, "the [a-z-]+ judge needs judge[.][A-Za-z]+: ").Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Only_what_the_kind_reads_is_printed(string name)
    {
        JudgeKind kind = RelevanceJudges.Find(name)!;
        EffectiveConfiguration configuration = Configured.By(Yaml(kind));
        string[] printed =
        [
            .. configuration.ToYaml().SkipWhile(static line => line != "judge:").Skip(1)
                .TakeWhile(static line => line.StartsWith("  ", StringComparison.Ordinal))
                .Select(static line => line.Trim().Split(':')[0]),
        ];
        Assert.Equal("kind", printed[0]);
        Assert.Equal([], kind.Needs.Select(property => Child(property).Name).Except(printed));
        Assert.All(printed.Skip(1), setting => Assert.True(kind.Reads(Group.Children.First(child => child.Name == setting).PropertyName), setting));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kinds_with_a_breaker_create_a_judge_behind_one_and_are_described(string name)
    {
        JudgeKind kind = RelevanceJudges.Find(name)!;
        JudgeSettings settings = Configured.By(Yaml(kind)).Settings.Judge!;
        IRelevanceJudge judge = RelevanceJudges.CreateGuarded(settings, TimeProvider.System, NullLoggerFactory.Instance);
        using IDisposable? connections = judge as IDisposable;
        Assert.Equal(kind.HasBreaker, judge is JudgeBreaker);
        Assert.NotEmpty(judge.Name);

        EsRefineSettings all = new() { Upstream = new() { Urls = [new("http://es:9200")] }, Judge = settings };
        Assert.Contains($"  judge  {kind.Describe(settings)}", StartupReport.Lines(all, new("http://a:1"), new("http://a:2"), new("http://a:3")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Help_schema_and_reference_name_the_kind(string name)
    {
        JudgeKind kind = RelevanceJudges.Find(name)!;
        foreach (string verb in (string[])["run", "eval"])
        {
            StringWriter help = new();
            await CommandLine.InvokeAsync([verb, "--help"], help, help, cancellationToken: TestContext.Current.CancellationToken);
            string flat = string.Join(' ', help.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Assert.All(kind.Words, word => Assert.Contains(word.Usage, flat, StringComparison.Ordinal));
        }

        Assert.Contains($"\"{name}\"", ConfigurationDocuments.Schema, StringComparison.Ordinal);
        Assert.Contains($"{name}: {kind.Description}", ConfigurationDocuments.Schema, StringComparison.Ordinal);
        string reference = ConfigurationDocuments.All.Single(static file => file.Path.EndsWith(".md", StringComparison.Ordinal)).Text;
        Assert.Contains($"| `{name}` | {kind.Description} |", reference, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Evaluation_set_supplies_files_and_flags_supply_the_rest(string name)
    {
        JudgeKind kind = RelevanceJudges.Find(name)!;
        Write("corpus.jsonl");
        Write("queries.jsonl");
        Write(Path.Combine("qrels", "test.tsv"));
        LabeledSet set = new(_folder.FullName, "test");
        string[] byFlag = [.. kind.Needs.Where(property => Child(property).Attribute.Flag is not null)];
        JudgeSettings judge = kind.ForSet(new() { Kind = name }, set);
        Assert.All(kind.Missing(Group, judge), setting => Assert.Contains(setting.PropertyName, byFlag));
    }

    [Fact]
    public void Words_and_names_are_distinct()
    {
        Assert.Distinct(RelevanceJudges.Kinds.Select(static kind => kind.Name));
        Assert.Distinct(RelevanceJudges.Kinds.SelectMany(static kind => kind.Words).Select(static word => word.Word));
        Assert.NotNull(RelevanceJudges.Find(RelevanceJudges.KindOfUrl));
        IEnumerable<string> settings = Group.Children.Select(static child => child.PropertyName);
        Assert.All(RelevanceJudges.Kinds, kind => Assert.Equal([], kind.Needs.Concat(kind.Takes).Except(settings)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Setting Child(string property) => Group.Children.Single(child => child.PropertyName == property);

    /// <summary>A configuration that holds what the kind needs, as in the sample file; files exist and hold what the kind reads.</summary>
    private string Yaml(JudgeKind kind, bool withKind = true)
    {
        IEnumerable<string> needs = kind.Needs.Select(Child).Cast<ValueSetting>().Select(setting => setting.Form.Type == "file"
            ? $"{setting.Name}: {Write(setting.Attribute.Example!, setting.PropertyName == nameof(JudgeSettings.File) ? Judgments(kind) : "")}"
            : $"{setting.Name}: {setting.Attribute.Example ?? setting.Default}");
        return $"judge: {{ {string.Join(", ", withKind ? needs.Prepend("kind: " + kind.Name) : needs)} }}";
    }

    private static string Judgments(JudgeKind kind) => kind.Source == JudgmentSource.Recording
        ? """{"set":"s","query":"q1","doc":"d0","yes":0.6,"no":0.1}"""
        : "q1 0 d0 1\n";

    private string Write(string name, string text = "")
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.Length > 0 || !name.EndsWith(".jsonl", StringComparison.Ordinal) ? text : """{"_id":"q1","text":"move money"}""");
        return path;
    }
}
