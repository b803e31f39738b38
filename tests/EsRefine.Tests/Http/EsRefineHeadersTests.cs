using EsRefine.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.Tests.Http;

public sealed class EsRefineHeadersTests
{
    [Theory]
    [InlineData("lost card", "lost card")]
    [InlineData("  lost card ", "lost card")]
    [InlineData("B%C3%BCcher%20%26%20mehr", "Bücher & mehr")]
    [InlineData("a+b", "a+b")]
    [InlineData("%e2%82%ac", "€")]
    [InlineData("B\u00c3\u00bccher", "Bücher")]     // UTF-8 bytes, as Latin-1 header decoding shows them
    [InlineData("B\u00fccher", "Bücher")]           // Latin-1 bytes
    [InlineData("100% sure", "100% sure")]          // % that starts no escape: not decoded
    [InlineData("100%", "100%")]
    [InlineData("%zz", "%zz")]
    [InlineData("%ff", "%ff")]                      // an escape that is not UTF-8
    public void Query_text_is_read_in_its_encoding(string value, string text) =>
        Assert.Equal(text, EsRefineHeaders.ReadQuery(new HeaderDictionary { ["esrefine-query"] = value }));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("%20")]
    public void Blank_query_text_is_ignored(string value) => Assert.Null(EsRefineHeaders.ReadQuery(new HeaderDictionary { ["EsRefine-Query"] = value }));

    [Theory]
    [InlineData("refine", "Refine")]
    [InlineData(" Shadow ", "Shadow")]
    [InlineData("LEARN", "Learn")]
    [InlineData("off", "Off")]
    [InlineData("on", null)]
    [InlineData("", null)]
    [InlineData("3", null)]
    [InlineData("refine, off", "Off")]
    [InlineData("learn,shadow,3", "Shadow")]
    public void Mode_is_read_or_ignored(string value, string? mode) =>
        Assert.Equal(mode, EsRefineHeaders.ReadMode(new HeaderDictionary { ["EsRefine-Mode"] = value })?.ToString());

    [Theory]
    [InlineData("off", "refine", "Off")]
    [InlineData("refine", "off", "Off")]
    [InlineData("refine", "shadow", "Shadow")]
    [InlineData("learn", "refine", "Learn")]
    [InlineData("shadow", "learn", "Shadow")]
    [InlineData("refine", "nonsense", "Refine")]
    [InlineData("", "learn", "Learn")]
    public void Of_two_mode_lines_the_lower_wins(string first, string second, string mode) =>
        Assert.Equal(mode, EsRefineHeaders.ReadMode(new HeaderDictionary { ["EsRefine-Mode"] = new([first, second]) })?.ToString());

    [Fact]
    public void Refined_outcome_is_a_structured_field()
    {
        RefinementSummary summary = new(RefinementOutcome.Refined) { Judged = 18, Sampled = 20, Angle = 0.21f, Rule = "rocchio@0.3" };
        Assert.Equal("refined;judged=18;sample=20;angle=0.21;rule=\"rocchio@0.3\"", EsRefineHeaders.FormatOutcome(summary));
        Assert.EndsWith(";angle=0.0;rule=\"kl-adam\"", EsRefineHeaders.FormatOutcome(summary with { Angle = 0, Rule = "kl-adam" }), StringComparison.Ordinal);
        Assert.Contains(";angle=0.123;", EsRefineHeaders.FormatOutcome(summary with { Angle = 0.12345f }), StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_without_a_sample_is_its_name_alone() =>
        Assert.Equal("no-query-text", EsRefineHeaders.FormatOutcome(new(RefinementOutcome.NoQueryText)));

    [Fact]
    public void Outcomes_of_many_searches_are_counted_and_their_longest_stages_timed()
    {
        RefinementSummary summary = RefinementSummary.OfMany(
        [
            new(RefinementOutcome.NoSignal) { Timings = new(default, TimeSpan.FromMilliseconds(9), default, default) },
            new(RefinementOutcome.Refined) { Sampled = 20, Timings = new(default, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(7), default) },
            new(RefinementOutcome.Refined) { Timings = new(default, default, TimeSpan.FromMilliseconds(5), default) },
        ]);
        Assert.Equal("refined=2, no-signal=1", EsRefineHeaders.FormatOutcome(summary));
        Assert.Equal("sample;dur=9, judge;dur=7", EsRefineHeaders.FormatTimings(summary.Timings));
        Assert.Equal(RefinementOutcome.NoKnnClause, RefinementSummary.OfMany([]).Outcome);
    }

    [Fact]
    public void Timings_name_the_stages_that_ran()
    {
        StageTimings timings = new(Recognize: TimeSpan.FromMicroseconds(120), Sample: TimeSpan.FromMilliseconds(5), Judge: default, Refine: default);
        Assert.Equal("recognize;dur=0.12, sample;dur=5", EsRefineHeaders.FormatTimings(timings));
    }

    [Fact]
    public void Timings_of_the_cluster_are_kept()
    {
        HeaderDictionary headers = new() { ["Server-Timing"] = "db;dur=1" };
        EsRefineHeaders.Write(new(RefinementOutcome.NoSignal) { Timings = new(default, TimeSpan.FromMilliseconds(2), default, default) }, headers);
        Assert.Equal(["db;dur=1", "sample;dur=2"], headers["Server-Timing"].ToArray());
    }
}
