using EsRefine.Configuration;
using EsRefine.Settings;
using EsRefine.Targets;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.Tests.Targets;

public class TargetTableTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("logs-*", "", false)]
    [InlineData("logs-*", "logs-1,logs-2", true)]
    [InlineData("logs-*", "logs-1,other", false)]
    [InlineData("logs-*", "%6Cogs-1", true)]
    [InlineData("logs", "logs-1", false)]
    public void A_target_covers_a_search_when_its_pattern_matches_every_index_named(string pattern, string expression, bool covers)
    {
        Assert.Equal(covers, IndexPattern.Matches(pattern, expression));
    }

    [Fact]
    public void The_first_matching_target_wins_and_fills_its_gaps_from_the_general_settings()
    {
        TargetTable table = new(new EsRefineSettings
        {
            Sample = 12,
            Targets = [new() { Index = "a", Field = "v", Mode = RefinementMode.Shadow, Task = "t" }, new() { Index = "*", Rule = "kl-adam" }],
        });

        Target first = table.Find(Search("a"), "v");
        Target second = table.Find(Search("a"), "w");

        Assert.Equal((RefinementMode.Shadow, "t", 12, "rocchio@0.3"), (first.Mode, first.Task, first.SampleSize, first.Rule.Name));
        Assert.Equal((RefinementMode.Refine, "kl-adam"), (second.Mode, second.Rule.Name));
    }

    [Fact]
    public void Where_targets_are_named_an_index_that_none_names_is_left_alone_even_if_the_caller_asks()
    {
        TargetTable table = new(new EsRefineSettings { Targets = [new() { Index = "a" }] });

        Assert.Equal(RefinementMode.Off, table.Find(Search("b") with { Mode = RefinementMode.Refine }, "v").Mode);
        Assert.Equal(RefinementMode.Off, table.Find(Search("a") with { Mode = RefinementMode.Off }, "v").Mode);
    }

    [Theory]
    [InlineData("a", null, 300)]    // a field of its own target may turn up, or another
    [InlineData("b", null, 2000)]
    [InlineData("c", null, null)]   // none refines it
    [InlineData("d", null, null)]   // none names it
    [InlineData("c", "Refine", null)]   // what is off stays off
    [InlineData("a", "Off", null)]
    public void Before_its_fields_are_known_a_search_has_the_shortest_time_it_may_come_to(string index, string? mode, int? milliseconds)
    {
        TargetTable table = new(new EsRefineSettings
        {
            DeadlineMs = 2000,
            Targets =
            [
                new() { Index = "a", Field = "v", DeadlineMs = 300 }, new() { Index = "a", DeadlineMs = 500 }, new() { Index = "b" },
                new() { Index = "c", DeadlineMs = 40, Mode = RefinementMode.Off },
            ],
        });
        SearchRequest search = Search(index) with { Mode = mode is null ? null : Enum.Parse<RefinementMode>(mode) };
        Assert.Equal(milliseconds, table.TimeFor(search)?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("Refine", "Refine", "Refine", "Refine")]
    [InlineData("Refine", "Learn", "Learn", "Learn")]
    [InlineData("Refine", "Shadow", "Shadow", "Shadow")]
    [InlineData("Refine", "Off", "Off", "Off")]
    [InlineData("Learn", "Refine", "Learn", "Refine")]
    [InlineData("Learn", "Shadow", "Shadow", "Shadow")]
    [InlineData("Shadow", "Refine", "Shadow", "Refine")]
    [InlineData("Shadow", "Learn", "Shadow", "Learn")]
    [InlineData("Shadow", "Off", "Off", "Off")]
    [InlineData("Off", "Refine", "Off", "Refine")]
    [InlineData("Off", "Learn", "Off", "Learn")]
    [InlineData("Off", "Shadow", "Off", "Shadow")]
    public void A_caller_lowers_the_mode_and_raises_it_only_where_that_is_allowed(string set, string asked, string mode, string allowed)
    {
        EsRefineSettings general = new() { Mode = Enum.Parse<RefinementMode>(set) };
        EsRefineSettings ofTarget = new() { Targets = [new() { Index = "a", Mode = Enum.Parse<RefinementMode>(set) }] };
        SearchRequest search = Search("a") with { Mode = Enum.Parse<RefinementMode>(asked) };

        Assert.Equal(mode, new TargetTable(general).Find(search, "v").Mode.ToString());
        Assert.Equal(mode, new TargetTable(ofTarget).Find(search, "v").Mode.ToString());
        Assert.Equal(allowed, new TargetTable(general with { AllowModeHeader = true }).Find(search, "v").Mode.ToString());
        Assert.Equal(allowed, new TargetTable(ofTarget with { AllowModeHeader = true }).Find(search, "v").Mode.ToString());
    }

    [Fact]
    public void A_caller_who_waits_less_than_the_deadline_has_the_shorter_time()
    {
        TargetTable table = new(new EsRefineSettings { DeadlineMs = 1500 });
        SearchRequest search = Search("a") with { TimeLeft = TimeSpan.FromMilliseconds(700) };

        Assert.Equal(700, table.Find(search, "v").Deadline.TotalMilliseconds);
        Assert.Equal(700, table.Find(search with { Deadline = TimeSpan.FromSeconds(9) }, "v").Deadline.TotalMilliseconds);
        Assert.Equal(200, table.Find(search with { Deadline = TimeSpan.FromMilliseconds(200) }, "v").Deadline.TotalMilliseconds);
        Assert.Equal(1500, table.Find(search with { TimeLeft = TimeSpan.FromSeconds(9) }, "v").Deadline.TotalMilliseconds);
        Assert.Equal(700, table.TimeFor(search)?.TotalMilliseconds);
    }

    [Fact]
    public void A_rule_that_does_not_exist_stops_the_start()
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => new TargetTable(new EsRefineSettings { Rule = "rokkio" }));

        Assert.Contains("rocchio@ANGLE", exception.Message);
    }

    private static SearchRequest Search(string index) => new() { Index = index, Body = default, Headers = new HeaderDictionary() };
}
