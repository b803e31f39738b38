using EsRefine.Configuration;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class EnvironmentTests
{
    [Fact]
    public void Variables_reach_values_lists_and_groups_in_any_case()
    {
        EsRefineSettings settings = Configured.By("", new()
        {
            ["ESREFINE__UPSTREAM__URLS__0"] = "http://one:9200",
            ["ESREFINE__UPSTREAM__URLS__1"] = "http://two:9200",
            ["esrefine__deadlinems"] = "300",
            ["Esrefine__Judge__Kind"] = "chat",
            ["ESREFINE__JUDGE__URL"] = "http://llm/v1",
            ["ESREFINE__JUDGE__MODEL"] = "m",
            ["ESREFINE__TARGETS__0__INDEX"] = "a",
            ["ESREFINE__TARGETS__0__TEXT__0"] = "title",
            ["ESREFINE__TARGETS__0__TEXT__1"] = "body",
            ["ESREFINE__TARGETS__0__MODEL"] = "upstream",
        }).Settings;

        Assert.Equal([new("http://one:9200"), new("http://two:9200")], settings.Upstream.Urls);
        Assert.Equal(300, settings.DeadlineMs);
        Assert.Equal("m", settings.Judge?.Model);
        Assert.Equal(["title", "body"], Assert.Single(settings.Targets).Text);
        Assert.Equal(QueryModel.Upstream, settings.Targets[0].Model);
    }

    [Fact]
    public void Eleventh_element_follows_the_tenth()
    {
        Dictionary<string, string> environment = Enumerable.Range(0, 12).ToDictionary(i => $"ESREFINE__UPSTREAM__URLS__{i}", i => $"http://node{i}");
        Assert.Equal(Enumerable.Range(0, 12).Select(i => new Uri($"http://node{i}")), Configured.By("", environment).Settings.Upstream.Urls);
    }

    [Fact]
    public void Variable_of_an_element_overrides_one_setting_of_the_files_element()
    {
        IReadOnlyList<TargetSettings> targets = Configured.By(
            "targets: [{ index: a, field: v }, { index: b }]",
            new() { ["ESREFINE__TARGETS__0__MODE"] = "off", ["ESREFINE__TARGETS__2__INDEX"] = "c" }).Settings.Targets;
        Assert.Equal(["a", "b", "c"], targets.Select(target => target.Index));
        Assert.Equal(("v", RefinementMode.Off), (targets[0].Field, targets[0].Mode));
    }

    [Theory]
    [InlineData("ESREFINE__DEADLINE_MS", "5", "ESREFINE__DEADLINE_MS: no such setting; did you mean 'ESREFINE__DEADLINEMS'?")]
    [InlineData("ESREFINE__JUDGE__MODLE", "m", "ESREFINE__JUDGE__MODLE: no such setting; did you mean 'ESREFINE__JUDGE__MODEL'?")]
    [InlineData("ESREFINE__UPSTREEM__URLS__0", "http://a", "ESREFINE__UPSTREEM__URLS__0: no such setting; did you mean 'ESREFINE__UPSTREAM__URLS__0'?")]
    [InlineData("ESREFINE__UPSTREAM__URLS__0", "a", "ESREFINE__UPSTREAM__URLS__0 must be a URL")]
    [InlineData("ESREFINE__TARGETS__0__FIELD", "v", "ESREFINE__TARGETS__0__FIELD: targets[0] needs 'index'")]
    [InlineData("ESREFINE__LISTEN__HTTP", "m",
        "ESREFINE__LISTEN__HTTP: no such setting; expected one of: ESREFINE__LISTEN__DATA, ESREFINE__LISTEN__GRPC, ESREFINE__LISTEN__ADMIN")]
    [InlineData("ESREFINE__SAMPLE__0", "5", "ESREFINE__SAMPLE__0: 'sample' is a single value; remove everything after ESREFINE__SAMPLE")]
    [InlineData("ESREFINE__UPSTREAM__URLS__FIRST", "http://a",
        "ESREFINE__UPSTREAM__URLS__FIRST: 'urls' is a list: expected a position (0, 1, …) instead of 'FIRST'")]
    [InlineData("ESREFINE__UPSTREAM__URLS__1", "http://a", "ESREFINE__UPSTREAM__URLS__1: number 1 leaves a gap in the list; the next free one is 0")]
    [InlineData("ESREFINE__SAMPLE", "many", "ESREFINE__SAMPLE must be a whole number of hits from 2 to 100, not 'many'")]
    [InlineData("ESREFINE__JUDGE", "chat", "ESREFINE__JUDGE must be a group of settings, not a single value; its settings are: kind, url")]
    public void Error_names_the_variable(string variable, string value, string message) => Assert.StartsWith(
        message, Assert.Single(Configured.Faults("", new() { [variable] = value })), StringComparison.Ordinal);

    [Theory]
    [InlineData("ESREFINE_UPSTREAM_URLS_0", "ESREFINE__UPSTREAM__URLS__0")]
    [InlineData("ESREFINE_UPSTREAM__URLS__0", "ESREFINE__UPSTREAM__URLS__0")]
    [InlineData("ESREFINE_SAMPLE", "ESREFINE__SAMPLE")]
    public void Setting_with_one_underscore_is_a_warning(string variable, string meant) => Assert.Equal(
        $"{variable} is ignored: the parts of a setting's name are separated by two underscores; did you mean '{meant}'?",
        Assert.Single(Configured.By("", new() { [variable] = "5" }).Warnings));

    [Fact]
    public void Variable_that_a_setting_names_gives_no_warning() =>
        Assert.Empty(Configured.By("cache: { secretEnv: ESREFINE_CACHE_SECRET }", new() { ["ESREFINE_CACHE_SECRET"] = "s" }).Warnings);

    [Theory]
    [InlineData("ESREFINE_SHARED")]
    [InlineData("ESREFINE_TEST_ELASTICSEARCH")]
    [InlineData("ESREFINE_REQUIRE_ENGINES")]
    public void Variables_with_one_underscore_are_not_settings(string variable)
    {
        EffectiveConfiguration configuration = Configured.By("", new() { [variable] = "x" });
        Assert.DoesNotContain(configuration.Origins.Values, origin => origin.Source.Equals(variable, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public void Empty_variable_is_ignored() => Assert.Equal(7, Configured.By("deadlineMs: 7", new() { ["ESREFINE__DEADLINEMS"] = "" }).Settings.DeadlineMs);
}
