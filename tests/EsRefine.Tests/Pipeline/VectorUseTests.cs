using EsRefine.Pipeline;
using Xunit;

namespace EsRefine.Tests.Pipeline;

public sealed class VectorUseTests
{
    [Theory]
    [InlineData("Refine", "first", VectorUse.RecallOrLearn)]
    [InlineData("Refine", "later", VectorUse.RecallOrWait)]
    [InlineData("Learn", "first", VectorUse.RecallOrLearnAhead)]
    [InlineData("Learn", "later", VectorUse.Recall)]
    [InlineData("Shadow", "first", VectorUse.Learn)]
    [InlineData("Shadow", "later", VectorUse.Learn)]
    internal void Mode_and_page_decide_where_a_vector_comes_from(string mode, string page, VectorUse use)
    {
        Assert.Equal(use, VectorUses.Of(Enum.Parse<RefinementMode>(mode), page == "first", isFresh: false, remembers: true));
    }

    [Theory]
    [InlineData("Refine", "first")]
    [InlineData("Refine", "later")]
    [InlineData("Learn", "first")]
    [InlineData("Learn", "later")]
    public void Without_a_memory_or_for_one_who_wants_to_see_the_judgments_a_vector_is_learned_for_the_search_alone(string mode, string page)
    {
        Assert.Equal(VectorUse.Learn, VectorUses.Of(Enum.Parse<RefinementMode>(mode), page == "first", isFresh: true, remembers: true));
        Assert.Equal(VectorUse.Learn, VectorUses.Of(Enum.Parse<RefinementMode>(mode), page == "first", isFresh: false, remembers: false));
    }
}
