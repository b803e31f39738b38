using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Vectors;

public class ByteVectorTests
{
    [Fact]
    public void A_refined_vector_of_bytes_has_whole_numbers_at_the_length_of_the_original()
    {
        float[] refined = [0.8f, 0.6f];

        Assert.True(ByteVector.TryRound([60, 80], refined, trustRadius: 0.6f, out float angle));
        Assert.Equal([80, 60], refined);
        Assert.Equal(Math.Acos(0.96), angle, 1e-3);
    }

    [Fact]
    public void A_component_beyond_a_byte_is_clamped()
    {
        float[] refined = [1, 0.1f];

        Assert.True(ByteVector.TryRound([127, 127], refined, trustRadius: 2, out _));
        Assert.Equal([127, 18], refined);
    }

    [Theory]
    [InlineData(new float[] { 1, 1, 1 }, new[] { 0.7f, 0.5f, 0.5f })]                      // rounds to the original
    [InlineData(new float[] { 1, 0, 0, 0, 0, 0 }, new[] { 0.5f, 0.5f, 0.5f, 0.4f, 0.2f, 0.2f })]   // rounds to nothing
    [InlineData(new float[] { 1, 1 }, new[] { 0.95f, 0.3f })]                             // the nearest whole numbers lie beyond the trust radius
    public void What_rounding_leaves_no_refinement_of_is_refused(float[] original, float[] refined) =>
        Assert.False(ByteVector.TryRound(original, refined, trustRadius: 0.6f, out _));
}
