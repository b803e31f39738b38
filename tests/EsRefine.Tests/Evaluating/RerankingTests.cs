using EsRefine.Evaluating;
using EsRefine.Evaluation;
using EsRefine.Judging;
using Xunit;

namespace EsRefine.Tests.Evaluating;

/// <summary>The judged hits in the judge's order, everything else as it was.</summary>
public sealed class RerankingTests
{
    [Fact]
    public void Judged_hits_come_first_by_their_probability() =>
        Assert.Equal(["c", "b", "a", "d", "e"], Rerank(("a", 0.1), ("b", 0.5), ("c", 0.9)));

    [Fact]
    public void Alike_judgments_keep_the_order_of_the_scores() =>
        Assert.Equal(["c", "a", "b", "d", "e"], Rerank(("a", 0.5), ("b", 0.5), ("c", 0.9)));

    [Fact]
    public void A_hit_without_a_judgment_falls_behind_the_judged_ones() =>
        Assert.Equal(["b", "c", "a", "d", "e"], Rerank(("a", null), ("b", 0.2), ("c", 0.1)));

    [Fact]
    public void Near_certain_judgments_that_float32_cannot_tell_apart_still_differ() =>
        Assert.Equal(["b", "a", "c", "d", "e"], Rerank(("a", 1 - 2e-9), ("b", 1 - 1e-9), ("c", 0.5)));

    private static IEnumerable<string> Rerank(params (string Id, double? Probability)[] judged)
    {
        RankedList direct = new([new("a", 0.9), new("b", 0.8), new("c", 0.7), new("d", 0.6), new("e", 0.5)]);
        JudgedHit[] sample =
        [
            .. judged.Select(hit => new JudgedHit(
                direct.Single(document => document.DocumentId == hit.Id), hit.Probability is { } probability ? Judgment.Of(probability) : null)),
        ];
        return Reranking.Of(direct, sample).Select(static document => document.DocumentId);
    }
}
