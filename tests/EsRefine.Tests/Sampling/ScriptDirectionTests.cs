using EsRefine.Refinement;
using EsRefine.Sampling;
using Xunit;

namespace EsRefine.Tests.Sampling;

public class ScriptDirectionTests
{
    private static readonly float[] QueryVector = [1, 0];

    [Theory]
    [InlineData(VectorSimilarity.Cosine)]
    [InlineData(VectorSimilarity.DotProduct)]
    [InlineData(VectorSimilarity.L2Norm)]
    public void Scores_that_rise_with_the_similarity_are_told_from_those_that_fall(VectorSimilarity similarity)
    {
        Assert.True(ScriptDirection.Rises(Sample(static angle => 1 + Math.Cos(angle)), QueryVector, similarity));
        Assert.False(ScriptDirection.Rises(Sample(static angle => 2 - Math.Cos(angle)), QueryVector, similarity));
        Assert.False(ScriptDirection.Rises(Sample(static angle => 1 / (1.1 + Math.Cos(angle))), QueryVector, similarity));
    }

    [Fact]
    public void Scores_made_of_something_else_are_no_direction()
    {
        Assert.False(ScriptDirection.Rises(Sample(static angle => Math.Sin(40 * angle)), QueryVector, VectorSimilarity.Cosine));
    }

    [Fact]
    public void Scores_that_are_all_alike_contradict_nothing()
    {
        Assert.True(ScriptDirection.Rises(Sample(static _ => 1), QueryVector, VectorSimilarity.Cosine));
    }

    private static HitSample Sample(Func<double, double> score)
    {
        double[] angles = [.. Enumerable.Range(0, 12).Select(static i => 0.1 * i)];
        return new HitSample(
            [.. angles.Select(angle => new SampledHit("d", "i", score(angle), "text"))],
            [.. angles.SelectMany(static angle => new[] { (float)Math.Cos(angle), (float)Math.Sin(angle) })],
            Dimensions: 2);
    }
}
