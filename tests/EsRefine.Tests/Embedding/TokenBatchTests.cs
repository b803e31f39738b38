using EsRefine.Embedding;
using Xunit;

namespace EsRefine.Tests.Embedding;

public sealed class TokenBatchTests
{
    private static readonly int[][] Texts = [[1, 2], [1, 5, 6, 7, 2], [1, 3, 2], [.. Enumerable.Repeat(9, 40)], [1, 2], [1, 4, 4, 2]];

    [Fact]
    public void Plan_puts_every_text_in_one_batch_within_the_budget()
    {
        List<ReadOnlyMemory<int>> batches = TokenBatch.Plan(Texts, tokenBudget: 12);

        Assert.Equal(Enumerable.Range(0, Texts.Length), batches.SelectMany(batch => batch.ToArray()).Order());
        Assert.Equal([3], batches[0].ToArray());   // over the budget: alone
        Assert.All(batches.Skip(1), batch => Assert.InRange(batch.Length * batch.ToArray().Max(member => Texts[member].Length), 1, 12));
        Assert.Equal(3, batches.Count);
    }

    [Fact]
    public void Plan_without_a_budget_runs_every_text_alone() => Assert.All(TokenBatch.Plan(Texts, tokenBudget: 0), batch => Assert.Equal(1, batch.Length));

    [Fact]
    public void Shorter_rows_are_padded_to_the_right_and_masked()
    {
        TokenBatch batch = new(Texts, new[] { 2, 0 }, paddingId: 77);

        Assert.Equal([1, 3, 2, 1, 2, 77], batch.Ids);
        Assert.Equal([1, 1, 1, 1, 1, 0], batch.Mask);
    }
}
