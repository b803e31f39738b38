using EsRefine.Demo;
using EsRefine.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EsRefine.Tests.Demo;

public sealed class QueryHeaderTests
{
    [Theory]
    [InlineData("Do I get money back because my train was late?")]
    [InlineData("100 % sicher? Ja!")]
    [InlineData("crêpes \"à emporter\" `now` $HOME \\ #1 & more")]
    [InlineData("電車は遅れますか 🚋")]
    public void Listener_reads_back_the_text_that_was_written(string text)
    {
        HeaderDictionary headers = new() { [QueryHeader.Name] = QueryHeader.Encode(text) };
        Assert.Equal(text, EsRefineHeaders.ReadQuery(headers));
    }

    [Fact]
    public void Value_can_stand_between_double_quotes_in_a_shell()
    {
        Assert.Equal("Do I get money back?", QueryHeader.Encode("Do I get money back?"));
        Assert.DoesNotContain(QueryHeader.Encode("\"$`\\!\n"), static letter => "\"$`\\!\n".Contains(letter, StringComparison.Ordinal));
    }
}
