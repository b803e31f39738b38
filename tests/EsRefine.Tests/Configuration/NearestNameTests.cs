using EsRefine.Configuration;
using Xunit;

namespace EsRefine.Tests.Configuration;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["sample", "rule", "mode", "model", "deadlineMs"];

    [Theory]
    [InlineData("sampel", "sample")]
    [InlineData("SAMPLE", "sample")]
    [InlineData("mod", "mode")]
    [InlineData("modle", "model")]
    [InlineData("deadline", "deadlineMs")]
    [InlineData("timeout", null)]
    [InlineData("", null)]
    public void Misspelled_name_is_recognized_and_another_word_is_not(string written, string? meant) => Assert.Equal(meant, NearestName.Of(written, Names));
}
