using Xunit;

namespace EsRefine.Tests;

public sealed class BodySliceTests
{
    private static readonly byte[] Body = "0123456789"u8.ToArray();

    [Fact]
    public void Slice_belongs_to_its_own_body_only()
    {
        BodySlice slice = new(Body, 2, 3);

        Assert.True(slice.IsOf(Body));
        Assert.False(slice.IsOf(Body.ToArray()));
        Assert.False(slice.IsOf(Body.AsMemory(0, 4)));
        Assert.False(slice.IsOf(Body.AsMemory(1)));
        Assert.True(default(BodySlice).IsMissing);
    }

    [Fact]
    public void Slices_are_equal_where_they_are_the_same_place()
    {
        Assert.Equal(new BodySlice(Body, 2, 3), new BodySlice(Body, 0, 9).Between(2, 5));
        Assert.NotEqual(new BodySlice(Body, 2, 3), new BodySlice(Body.ToArray(), 2, 3));
        Assert.NotEqual(new BodySlice(Body, 2, 3), new BodySlice(Body.AsMemory(1), 1, 3));
    }

    [Fact]
    public void Bytes_outside_the_body_are_programmer_errors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BodySlice(Body, 8, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BodySlice(Body, 3, 4).Between(2, 5));
    }
}
