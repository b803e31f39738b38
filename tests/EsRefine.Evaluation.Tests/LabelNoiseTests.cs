namespace EsRefine.Evaluation.Tests;

public sealed class LabelNoiseTests
{
    // Computed by an independent implementation of the formula in Python: hashlib, exact integers, math.
    [Theory]
    [InlineData("translate", "c00000", true, 2.2, 0.9974775690501496)]
    [InlineData("translate", "c00000", false, 2.2, 0.3497829438905357)]
    [InlineData("translate", "c00000", true, 1.0, 0.98493210757789)]
    [InlineData("PLAIN-1", "MED-2421", false, 1.0, 0.9094878093103022)]
    [InlineData("qé漢", "😀", true, 2.2, 0.9980994815119564)]
    public void Probability_follows_the_formula(string queryId, string documentId, bool relevant, double mean, double expected) =>
        Assert.Equal(expected, new LabelNoise(mean, 2).Probability(queryId, documentId, relevant), 1e-14);

    [Theory]
    [InlineData("llm", 0.86)]
    [InlineData("weak", 0.69)]
    public void Share_of_pairs_on_the_correct_side_is_as_documented(string name, double share)
    {
        LabelNoise noise = name == "llm" ? LabelNoise.Llm : LabelNoise.Weak;
        double right = Enumerable.Range(0, 10_000).Average(i => noise.Probability("q", $"d{i}", relevant: i % 2 == 0) > 0.5 == (i % 2 == 0) ? 1.0 : 0.0);
        Assert.Equal(share, right, 0.015);
    }
}
