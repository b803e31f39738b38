using EsRefine.Configuration;
using EsRefine.Remembering;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EsRefine.Tests.Remembering;

public sealed class VectorMemoryTests
{
    private readonly FakeTimeProvider _time = new();

    public static TheoryData<string, int> WaysAndDimensions
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string way in ModelVectors.Ways)
            {
                foreach (int dimensions in (int[])[8, 256, 384, 1536, 4096])
                {
                    rows.Add(way, dimensions);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(WaysAndDimensions))]
    public async Task Vector_is_found_in_every_number_format(string way, int dimensions)
    {
        Random random = new(dimensions);
        VectorMemory memory = Memory();
        float[][] vectors = [.. Enumerable.Range(0, 300).Select(_ => ModelVectors.Of(random, dimensions))];
        await memory.RememberAsync([.. vectors.Select((vector, i) => new HandedOutVector($"text {i}", vector))]);

        for (int i = 0; i < vectors.Length; i++)
        {
            Assert.Equal($"text {i}", await memory.FindAsync(ModelVectors.Passed(vectors[i], way)));
        }
    }

    [Fact]
    public async Task Vector_is_found_by_direction_at_any_length()
    {
        Random random = new(1);
        VectorMemory memory = Memory();
        float[] vector = [.. ModelVectors.Of(random, 384).Select(static component => component * 11.7f)];
        await memory.RememberAsync([new("long", vector)]);

        Assert.Equal("long", await memory.FindAsync(ModelVectors.Passed(vector, "normalized and rounded")));
        Assert.Equal("long", await memory.FindAsync(ModelVectors.Passed(vector, "rounded to 6 decimals")));
    }

    [Theory]
    [InlineData(384)]
    [InlineData(8)]
    public async Task Vectors_never_handed_out_are_not_found(int dimensions)
    {
        Random random = new(2);
        VectorMemory memory = Memory();
        float[][] vectors = [.. Enumerable.Range(0, 20_000).Select(_ => ModelVectors.Of(random, dimensions))];
        await memory.RememberAsync([.. vectors.Select(static vector => new HandedOutVector("remembered", vector))]);

        double[] distances = [1e-3, 1e-2, 0.05, 0.3];   // cosines 0.9999995, 0.99995, 0.999, 0.955: paraphrases, the first one nearer than any
        for (int i = 0; i < vectors.Length; i++)
        {
            Assert.Null(await memory.FindAsync(ModelVectors.Near(random, vectors[i], distances[i % distances.Length])));
            Assert.Null(await memory.FindAsync(ModelVectors.Of(random, dimensions)));
        }
    }

    [Fact]
    public async Task Vectors_that_differ_in_few_components_are_distinguished()
    {
        VectorMemory memory = Memory();
        float[][] axes = [.. Enumerable.Range(0, 64).Select(static axis => Enumerable.Range(0, 64).Select(i => i == axis ? 1f : 0f).ToArray())];
        await memory.RememberAsync([.. axes.Select(static (vector, axis) => new HandedOutVector($"axis {axis}", vector))]);

        for (int axis = 0; axis < axes.Length; axis++)
        {
            Assert.Equal($"axis {axis}", await memory.FindAsync(axes[axis]));
        }

        Assert.Null(await memory.FindAsync([.. axes[0].Select(static component => -component)]));
    }

    [Fact]
    public async Task Vectors_of_other_dimensions_are_not_found()
    {
        VectorMemory memory = Memory();
        await memory.RememberAsync([new("three", new float[] { 1, 0, 0 })]);

        Assert.Null(await memory.FindAsync([1, 0]));
        Assert.Null(await memory.FindAsync([1, 0, 0, 0]));
    }

    [Fact]
    public async Task Vectors_without_a_direction_are_skipped()
    {
        VectorMemory memory = Memory();
        float[][] without = [[], [1], [0, 0, 0], [float.NaN, 1, 2], [float.PositiveInfinity, 1, 2]];
        await memory.RememberAsync(
        [
            .. without.Select(static vector => new HandedOutVector("text", vector)),
            new(" ", new float[] { 1, 2 }),
            new(new('x', VectorMemory.MaxTextLength + 1), new float[] { 2, 1 }),
        ]);

        Assert.Equal(0, memory.Count);
        foreach (float[] vector in without)
        {
            Assert.Null(await memory.FindAsync(vector));
        }
    }

    [Fact]
    public async Task Of_two_texts_with_one_vector_the_later_is_remembered()
    {
        VectorMemory memory = Memory();
        float[] vector = ModelVectors.Of(new Random(3), 384);
        await memory.RememberAsync([new("Hello", vector), new("hello", ModelVectors.Passed(vector, "rounded to 6 decimals"))]);

        Assert.Equal("hello", await memory.FindAsync(vector));
        Assert.Equal(1, memory.Count);
    }

    [Fact]
    public async Task Text_is_forgotten_after_its_time_unless_its_vector_is_handed_out_again()
    {
        VectorMemory memory = Memory(new() { Minutes = 60 });
        Random random = new(4);
        float[] once = ModelVectors.Of(random, 384);
        float[] twice = ModelVectors.Of(random, 384);
        await memory.RememberAsync([new("once", once), new("twice", twice)]);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("once", await memory.FindAsync(once));
        await memory.RememberAsync([new("twice", twice)]);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await memory.FindAsync(once));
        Assert.Equal("twice", await memory.FindAsync(twice));
        await memory.RememberAsync([new("new", ModelVectors.Of(random, 384))]);
        Assert.Equal(2, memory.Count);   // expired entries are evicted when one is added
    }

    [Fact]
    public async Task Memory_keeps_at_most_the_configured_entries_and_evicts_the_oldest()
    {
        VectorMemory memory = Memory(new() { Entries = 100 });
        Random random = new(5);
        float[][] vectors = [.. Enumerable.Range(0, 250).Select(_ => ModelVectors.Of(random, 64))];
        await memory.RememberAsync([.. vectors.Select(static (vector, i) => new HandedOutVector($"text {i}", vector))]);

        Assert.Equal(100, memory.Count);
        for (int i = 0; i < vectors.Length; i++)
        {
            Assert.Equal(i < 150 ? null : $"text {i}", await memory.FindAsync(vectors[i]));
        }
    }

    [Fact]
    public void Memory_keeps_at_most_the_configured_bytes()
    {
        SketchTable table = new(maxEntries: 1000, maxBytes: 10_000, TimeSpan.FromHours(1), _time);
        Random random = new(6);
        for (int i = 0; i < 200; i++)
        {
            Assert.True(VectorSketch.TryOf(ModelVectors.Of(random, 64), out VectorSketch sketch));
            table.Remember(sketch, new string('x', 400));
            Assert.InRange(table.Bytes, 1, 10_000);
        }

        Assert.Equal(10, table.Count);
        Assert.True(VectorSketch.TryOf(ModelVectors.Of(random, 64), out VectorSketch huge));
        table.Remember(huge, new string('x', 10_000));
        Assert.Null(table.Find(huge));
        Assert.InRange(table.Bytes, 0, 10_000);
    }

    [Fact]
    public async Task Concurrent_remembering_and_finding_is_safe()
    {
        VectorMemory memory = Memory(new() { Entries = 500 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            Random random = new(worker);
            for (int i = 0; i < 500; i++)
            {
                float[] vector = ModelVectors.Of(random, 32);
                await memory.RememberAsync([new($"{worker}:{i}", vector)]);
                string? found = await memory.FindAsync(vector);   // null if the entry has been evicted meanwhile
                Assert.True(found is null || found == $"{worker}:{i}");
            }
        })));

        Assert.Equal(500, memory.Count);
    }

    private VectorMemory Memory(VectorMemorySettings? settings = null) => new(settings ?? new(), _time);
}
