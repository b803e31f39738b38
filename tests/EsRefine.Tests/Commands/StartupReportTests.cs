using EsRefine.Commands;
using EsRefine.Settings;
using Xunit;

namespace EsRefine.Tests.Commands;

public sealed class StartupReportTests
{
    private static readonly EsRefineSettings Proxy = new() { Upstream = new() { Urls = [new("http://es:9200")] } };

    [Fact]
    public void Without_a_judge_the_report_says_that_nothing_is_refined() =>
        Assert.Contains("searches are not refined", Report(Proxy), StringComparison.Ordinal);

    [Fact]
    public void The_report_names_each_listener_the_judge_the_rule_and_the_targets()
    {
        string report = Report(Proxy with
        {
            Judge = new() { Kind = "chat", Url = new("http://llm/v1"), Model = "small", ApiKeyEnv = "KEY" },
            Targets =
            [
                new() { Index = "docs-*", Field = "v", Text = ["title", "body"], Mode = RefinementMode.Shadow, Sample = 9, Model = QueryModel.Upstream },
            ],
        });
        Assert.Contains("in front of http://es:9200", report, StringComparison.Ordinal);
        Assert.All(["data   http://a:1/", "gRPC   http://a:2/", "admin  http://a:3/"], listener => Assert.Contains(listener, report, StringComparison.Ordinal));
        Assert.Contains("judge  small at http://llm/v1", report, StringComparison.Ordinal);
        Assert.Contains("refines kNN searches: 20 hits judged, rocchio@0.3, at most 0.6 rad, within 1500 ms", report, StringComparison.Ordinal);
        Assert.Contains(
            "target docs-*, field v, text title + body, texts embedded by the cluster: "
                + "records what would change (shadow: replies stay the cluster's own), rocchio@0.3, 9 hits, 1500 ms",
            report, StringComparison.Ordinal);
        Assert.EndsWith("Searches on other indices or fields are forwarded unchanged.", report, StringComparison.Ordinal);
    }

    private static string Report(EsRefineSettings settings) =>
        string.Join('\n', StartupReport.Lines(settings, new("http://a:1"), new("http://a:2"), new("http://a:3")));
}
