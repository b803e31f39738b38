using System.Text;
using CsCheck;

namespace EsRefine.Evaluation.Tests;

public sealed class RankedListTests
{
    [Fact]
    public void Equal_scores_are_ordered_by_document_id_descending() =>
        Assert.Equal(
            ["top", "d9", "d2", "d10", "d1", "D1"],
            Ids(new RankedList([new("d1", 1), new("D1", 1), new("d10", 1), new("top", 2), new("d9", 1), new("d2", 1)])));

    [Fact]
    public void Scores_equal_as_float32_tie() =>
        Assert.Equal(["b", "a"], Ids(new RankedList([new("a", 0.5 + 1e-12), new("b", 0.5)])));

    [Fact]
    public void Minus_zero_ties_with_zero() => Assert.Equal(["b", "a"], Ids(new RankedList([new("a", 0.0), new("b", -0.0)])));

    [Fact]
    public void Input_order_is_irrelevant()
    {
        ScoredDocument[] documents = [.. Enumerable.Range(0, 12).Select(static i => new ScoredDocument($"d{i}", i % 3))];
        RankedList ranked = new(documents);
        Gen.Shuffle(documents).Sample(shuffled => new RankedList(shuffled).SequenceEqual(ranked));
    }

    [Fact]
    public void Ids_compare_as_their_utf8_bytes()
    {
        // Characters around every boundary where UTF-16 and UTF-8 order may differ: ASCII, two and three bytes, U+E000 and above, and surrogate pairs with the
        // same high surrogate.
        string[] letters = ["a", "b", "é", "漢", "\uD7FF", "\uE000", "\uFF21", "\uFFFF", "😀", "😁", "\U0010FFFF", "\U00010000"];
        Gen<string> id = Gen.Int[0, letters.Length - 1].Array[0, 4].Select(picks => string.Concat(picks.Select(pick => letters[pick])));
        Gen.Select(id, id).Sample(static (x, y) =>
        {
            int byBytes = Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));
            return Math.Sign(DocumentIdComparer.Ascending.Compare(x, y)) == Math.Sign(byBytes);
        });
    }

    [Fact]
    public void Duplicate_document_is_rejected()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(static () => new RankedList([new("d1", 1), new("d1", 2)]));
        Assert.Contains("'d1' is in the list twice", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_that_is_NaN_is_rejected() => Assert.Throws<ArgumentException>(static () => new RankedList([new("d1", double.NaN)]));

    [Fact]
    public void Duplicate_query_in_a_run_is_rejected()
    {
        Run run = new("knn");
        run.Add("q1", RankedList.Empty);
        Assert.Throws<ArgumentException>(() => run.Add("q1", RankedList.Empty));
    }

    private static IEnumerable<string> Ids(RankedList list) => list.Select(static document => document.DocumentId);
}
