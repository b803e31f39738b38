using EsRefine.Recognition;
using EsRefine.Sampling;
using Xunit;

namespace EsRefine.Tests.Sampling;

public class ScriptDirectionTests
{
    private static readonly float[] QueryVector = [1, 0];

    [Theory]
    [InlineData(VectorFunction.Cosine)]
    [InlineData(VectorFunction.DotProduct)]
    [InlineData(VectorFunction.EuclideanDistance)]
    [InlineData(VectorFunction.ManhattanDistance)]
    [InlineData(VectorFunction.LargestDifference)]
    internal void Scores_that_rise_with_the_similarity_are_told_from_those_that_fall(VectorFunction similarity)
    {
        Assert.True(ScriptDirection.Rises(Sample(static angle => 1 + Math.Cos(angle)), QueryVector, similarity));
        Assert.False(ScriptDirection.Rises(Sample(static angle => 2 - Math.Cos(angle)), QueryVector, similarity));
        Assert.False(ScriptDirection.Rises(Sample(static angle => 1 / (1.1 + Math.Cos(angle))), QueryVector, similarity));
    }

    [Fact]
    public void Scores_made_of_something_else_are_no_direction()
    {
        Assert.False(ScriptDirection.Rises(Sample(static angle => Math.Sin(40 * angle)), QueryVector, VectorFunction.Cosine));
    }

    [Fact]
    public void Scores_that_are_all_alike_contradict_nothing()
    {
        Assert.True(ScriptDirection.Rises(Sample(static _ => 1), QueryVector, VectorFunction.Cosine));
    }

    [Fact]
    public void Each_distance_is_told_by_its_own_measure()
    {
        // By Euclid the first is nearer, by the largest difference too, by the sum of differences the second.
        HitSample sample = new([new SampledHit("a", "i", 1, "text"), new SampledHit("b", "i", 2, "text")], [1.6f, 0.6f, 2, 0], Dimensions: 2);

        Assert.True(ScriptDirection.Rises(sample, QueryVector, VectorFunction.ManhattanDistance));
        Assert.False(ScriptDirection.Rises(sample, QueryVector, VectorFunction.EuclideanDistance));
        Assert.False(ScriptDirection.Rises(sample, QueryVector, VectorFunction.LargestDifference));
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
