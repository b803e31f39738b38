using EsRefine.Embedding;
using EsRefine.Evaluating;
using EsRefine.Tests.Embedding;
using Xunit;

namespace EsRefine.Tests.Evaluating;

/// <summary>A corpus is embedded once, also when the first attempt was interrupted.</summary>
public sealed class VectorCacheTests : IDisposable
{
    private const string Fingerprint = "0123456789ab";

    // More than one write's worth, so that an interruption leaves something behind.
    private static readonly string[] Texts = [.. Enumerable.Range(0, 1030).Select(static i => $"text {i}")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esrefine-vectors-");

    [Fact]
    public async Task An_interrupted_embedding_goes_on_where_it_stopped()
    {
        OnnxEmbeddingGenerator model = EmbeddingModels.Shared("esrefine-mini-en-256");
        using CancellationTokenSource interrupt = new();
        Counter first = new(done =>
        {
            if (done > 1024)
            {
                interrupt.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache.ReadOrEmbedAsync(model, Fingerprint, Texts, first, interrupt.Token));

        Counter second = new();
        VectorTable resumed = await Cache.ReadOrEmbedAsync(model, Fingerprint, Texts, second, TestContext.Current.CancellationToken);
        Assert.All(second.Reports, static done => Assert.True(done > 1024, "a text was embedded twice"));
        Assert.Equal(Texts.Length, resumed.Count);
        float[][] alone = await model.EmbedAsync([Texts[0], Texts[^1]], EmbeddingPurpose.Document, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(alone[0], resumed[0].ToArray());
        Assert.Equal(alone[1], resumed[Texts.Length - 1].ToArray());
    }

    [Fact]
    public async Task A_second_reading_embeds_nothing()
    {
        OnnxEmbeddingGenerator model = EmbeddingModels.Shared("esrefine-mini-en-256");
        VectorTable embedded = await Cache.ReadOrEmbedAsync(model, Fingerprint, Texts[..40], new Counter(), TestContext.Current.CancellationToken);
        Counter second = new();
        VectorTable read = await Cache.ReadOrEmbedAsync(model, Fingerprint, Texts[..40], second, TestContext.Current.CancellationToken);
        Assert.Equal([40], second.Reports);
        Assert.Equal(embedded.Values, read.Values);
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_costs_the_cache_and_nothing_else()
    {
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        VectorCache cache = new(Path.Combine(file, "below"), TimeProvider.System);
        OnnxEmbeddingGenerator model = EmbeddingModels.Shared("esrefine-mini-en-256");

        VectorTable embedded = await cache.ReadOrEmbedAsync(model, Fingerprint, Texts[..4], new Counter(), TestContext.Current.CancellationToken);

        Assert.Equal(await model.EmbedAsync(Texts[..4], EmbeddingPurpose.Document, cancellationToken: TestContext.Current.CancellationToken),
            Enumerable.Range(0, 4).Select(row => embedded[row].ToArray()));
    }

    [Fact]
    public void Another_model_another_text_or_another_cut_of_the_same_letters_is_another_file() => Assert.Distinct(
    [
        VectorCache.KeyOf("m1", ["ab", "c"]),
        VectorCache.KeyOf("m2", ["ab", "c"]),
        VectorCache.KeyOf("m1", ["a", "bc"]),
        VectorCache.KeyOf("m1", ["ab", "d"]),
        VectorCache.KeyOf("m1", ["c", "ab"]),
    ]);

    public void Dispose() => _folder.Delete(recursive: true);

    private VectorCache Cache => new(_folder.FullName, TimeProvider.System);

    private sealed class Counter(Action<int>? heed = null) : IProgress<int>
    {
        private readonly Lock _lock = new();

        public List<int> Reports { get; } = [];

        public void Report(int value)
        {
            lock (_lock)
            {
                Reports.Add(value);
            }

            heed?.Invoke(value);
        }
    }
}
