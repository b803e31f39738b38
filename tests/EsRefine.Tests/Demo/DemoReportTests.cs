using EsRefine.Demo;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;
using EsRefine.Evaluation.Statistics;
using Xunit;

namespace EsRefine.Tests.Demo;

public sealed class DemoReportTests
{
    private static readonly BeirQuery Question = new("q", "Is [this] late?");

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(140)]
    public async Task Everything_but_what_is_to_be_pasted_fits_the_terminal(int width)
    {
        string[] lines = await WriteAsync(width, Outcome(RefinementOutcome.Refined));
        Assert.All(
            lines.Where(static line => !line.Contains("--judge-url", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= width, $"{line.Length} columns: {line}"));
    }

    [Fact]
    public async Task Rankings_stand_side_by_side_where_there_is_room_and_one_under_the_other_where_not()
    {
        Assert.Contains(await WriteAsync(140, Outcome(RefinementOutcome.Refined)), HoldsBoth);
        Assert.DoesNotContain(await WriteAsync(80, Outcome(RefinementOutcome.Refined)), HoldsBoth);

        static bool HoldsBoth(string line) => line.Contains("alone", StringComparison.Ordinal) && line.Contains("moved", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_and_grades_are_marked()
    {
        string report = string.Join('\n', await WriteAsync(140, Outcome(RefinementOutcome.Refined)));
        Assert.Contains("“Is [this] late?”", report, StringComparison.Ordinal);

        // The page at rank 11 answers, the one at rank 1 fell out.
        Assert.Matches(@" 1 +· +Folding bikes.* – +●● +Compensation when.* new \(was 11\)", report);
        Assert.Contains("One relevant page entered the top ten, from rank 11.", report, StringComparison.Ordinal);
        Assert.Matches("toward +“Compensation when", report);
        Assert.Matches("away from +“Folding bikes", report);
    }

    [Fact]
    public async Task Search_that_was_not_refined_says_why()
    {
        string report = string.Join(' ', await WriteAsync(140, Outcome(RefinementOutcome.JudgeFailed) with { Detail = "the judge is down." }));
        Assert.Contains(
            "Why nothing moved: judge-failed: the judge is down. The cluster answered as if EsRefine were not there.", report, StringComparison.Ordinal);
    }

    private static RefinementSummary Outcome(RefinementOutcome outcome) => new(outcome) { Judged = 2, Sampled = 2, Angle = 0.3f, Rule = "rocchio@0.3" };

    private static async Task<string[]> WriteAsync(int width, RefinementSummary summary)
    {
        using DemoSet set = DemoSet.Unpack();
        await using DemoIndex index = await DemoIndex.OpenAsync(new DemoOptions(), TestContext.Current.CancellationToken);
        string[] others = [.. set.Pages.Select(page => page.Id).Where(id => id.StartsWith("fine", StringComparison.Ordinal)).Take(9)];
        QuestionResult result = new(
            Question, new TopicJudgments("q", [new("delay-01", 2)]), Reply(["bike-03", .. others, "delay-01"]), Reply(["delay-01", .. others, "bike-03"]));
        using StringWriter output = new();
        DemoScene scene = new(new DemoOptions(), set, index, "some-model", 384, new Uri("http://127.0.0.1:9280"));
        new DemoReport(output, scene, width).Write(
            result, new Explanation(summary, 0.5f, ["delay-01"], ["bike-03"]),
            new DemoFigures(40, (0.3, 0.6), (0.4, 0.7), new WinTieLoss(39, 1, 0), 0.01, [new("refined", 39), new("no-signal", 1)]));
        return output.ToString().Split(Environment.NewLine);
    }

    private static DemoReply Reply(string[] pages) => new(new RankedList(pages.Select(static (page, i) => new ScoredDocument(page, -i))), EsRefine: null);
}
