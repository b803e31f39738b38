using EsRefine.Configuration;
using EsRefine.Judging;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class PrecedenceTests
{
    [Fact]
    public void Flag_overrides_environment_overrides_file_overrides_default()
    {
        EffectiveConfiguration configuration = Configured.By(
            "{ sample: 3, deadlineMs: 3, trustRadius: 0.3 }",
            new() { ["ESREFINE__SAMPLE"] = "4", ["ESREFINE__DEADLINEMS"] = "4" },
            flags: ("--sample", ["5"]));

        EsRefineSettings settings = configuration.Settings;
        Assert.Equal((5, 4, 0.3, "rocchio@0.3"), (settings.Sample, settings.DeadlineMs, settings.TrustRadius, settings.Rule));
        Assert.Equal("--sample", configuration.Origins["sample"].ToString());
        Assert.Equal("ESREFINE__DEADLINEMS", configuration.Origins["deadlineMs"].ToString());
        Assert.EndsWith("esrefine.yaml:1:42", configuration.Origins["trustRadius"].ToString(), StringComparison.Ordinal);
        Assert.False(configuration.Origins.ContainsKey("rule"));
    }

    [Fact]
    public void Flags_of_a_list_replace_the_files() => Assert.Equal(
        [new("http://flag:1"), new("http://flag:2")],
        Configured.By("upstream: { urls: [http://file:1, http://file:2, http://file:3] }", flags: ("--upstream", ["http://flag:1", "http://flag:2"]))
            .Settings.Upstream.Urls);

    [Theory]
    [InlineData("index: \"docs-*\", field: v, text: [title, body], model: upstream")]
    [InlineData("{index: \"docs-*\", field: v, text: [title, body], model: upstream}")]
    public void Target_flag_is_written_as_in_the_file(string text)
    {
        TargetSettings target = Assert.Single(Configured.By("", flags: ("--target", [text])).Settings.Targets);
        Assert.Equal(("docs-*", "v", QueryModel.Upstream), (target.Index, target.Field, target.Model));
        Assert.Equal(["title", "body"], target.Text);
    }

    [Theory]
    [InlineData("qrels", "qrels", "none")]
    [InlineData("llm-noise", "qrels", "llm")]
    [InlineData("weak-noise", "qrels", "weak")]
    public void Judge_flag_accepts_a_kind(string word, string kind, string noise)
    {
        string file = typeof(PrecedenceTests).Assembly.Location;
        JudgeSettings judge = Configured.By("", flags: [("--judge", [word]), ("--judge-file", [file]), ("--queries", [file])]).Settings.Judge!;
        Assert.Equal((kind, noise, file), (judge.Kind, judge.Noise, judge.File));
    }

    [Fact]
    public void Judge_flag_accepts_the_recorded_judge_with_its_file()
    {
        string file = typeof(PrecedenceTests).Assembly.Location;
        JudgeSettings judge = Configured.By("", flags: [("--judge", ["recorded:" + file]), ("--queries", [file])]).Settings.Judge!;
        Assert.Equal(("recorded", file), (judge.Kind, judge.File));
    }

    [Fact]
    public void Judge_with_a_URL_is_a_language_model() => Assert.Equal(
        "chat", Configured.By("", flags: [("--judge-url", ["http://llm/v1"]), ("--judge-model", ["m"])]).Settings.Judge?.Kind);

    [Fact]
    public void Error_for_an_unknown_judge_names_the_nearest() => Assert.Equal(
        "--judge: unknown judge 'llm-nose'; did you mean 'llm-noise'?", Assert.Single(Configured.Faults("", flags: ("--judge", ["llm-nose"]))));
}
