using Xunit;

namespace EsRefine.Tests;

public class SearchParametersTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("?", "")]
    [InlineData("?size=3&filter_path=hits&typed_keys", "")]
    [InlineData("?routing=a%2Cb&size=3&preference=_local", "?routing=a%2Cb&preference=_local")]
    [InlineData("?search_pipeline=p&scroll=1m&ignore_unavailable", "?search_pipeline=p&ignore_unavailable")]
    [InlineData("?xrouting=1&routing", "?routing")]
    public void The_sample_keeps_what_decides_where_a_search_runs_and_drops_what_shapes_the_reply(string queryString, string kept)
    {
        Assert.Equal(kept, SearchParameters.Keep(queryString, SearchParameters.Sample));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("?indexes=a&index", null)]
    [InlineData("?index=a", "a")]
    [InlineData("?pretty&index=a%2Cb+c&size=3", "a,b c")]
    [InlineData("?index=a&index=b", "b")]
    [InlineData("?%69ndex=a=b", "a=b")]
    [InlineData("?index=", "")]
    public void Last_value_of_a_parameter_counts(string queryString, string? value) => Assert.Equal(value, SearchParameters.Value(queryString, "index"));
}
