using System.Globalization;
using Xunit;

namespace EsRefine.Refinement.Tests;

public class RefinementRulesTests
{
    [Theory]
    [InlineData("kl-adam", "kl-adam")]
    [InlineData("rocchio", "rocchio@0.3")]
    [InlineData("rocchio@0.3", "rocchio@0.3")]
    [InlineData("rocchio@0.30", "rocchio@0.3")]
    [InlineData("rocchio@.5", "rocchio@0.5")]
    [InlineData("rocchio@1", "rocchio@1")]
    [InlineData("rocchio@1.5707", "rocchio@1.5707")]
    public void Known_rule_reports_its_full_name(string name, string fullName)
    {
        Assert.True(RefinementRules.TryParse(name, out IRefinementRule? rule));
        Assert.Equal(fullName, rule.Name);
        Assert.True(RefinementRules.TryParse(rule.Name, out IRefinementRule? again));
        Assert.Equal(rule.Name, again.Name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("KL-Adam")]
    [InlineData("refit")]
    [InlineData("rocchio@")]
    [InlineData("rocchio@0")]
    [InlineData("rocchio@-0.3")]
    [InlineData("rocchio@1.6")]
    [InlineData("rocchio@0,3")]
    [InlineData("rocchio@1,000")]
    [InlineData("rocchio@ 0.3")]
    [InlineData("rocchio@NaN")]
    [InlineData("rocchio@Infinity")]
    [InlineData("rocchio@0.3 ")]
    public void Unknown_name_is_rejected(string? name)
    {
        Assert.False(RefinementRules.TryParse(name, out IRefinementRule? rule));
        Assert.Null(rule);
    }

    [Fact]
    public void Names_are_parsed_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        try
        {
            Assert.True(RefinementRules.TryParse("rocchio@0.25", out IRefinementRule? rule));
            Assert.Equal("rocchio@0.25", rule.Name);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
