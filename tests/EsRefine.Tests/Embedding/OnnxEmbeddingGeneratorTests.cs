using System.Numerics.Tensors;
using EsRefine.Configuration;
using EsRefine.Embedding;
using Microsoft.Extensions.AI;
using Xunit;

namespace EsRefine.Tests.Embedding;

public sealed class OnnxEmbeddingGeneratorTests
{
    private const float Fp32Tolerance = 1e-4f;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fp32_vectors_agree_with_the_reference_in_one_call_and_one_by_one()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();
        List<GoldenText> texts = [.. GoldenTexts.OfFp32().Where(text => text.VectorAsText is not null)];

        float[][] together = await generator.EmbedAsync([.. texts.Select(text => text.Text)], EmbeddingPurpose.Document, cancellationToken: Cancellation);

        Assert.NotEmpty(texts);
        float worst = 0;
        for (int i = 0; i < texts.Count; i++)
        {
            float[] alone = (await generator.EmbedAsync([texts[i].Text], EmbeddingPurpose.Query, cancellationToken: Cancellation))[0];
            worst = MathF.Max(worst, MathF.Max(LargestDifference(texts[i].VectorAsText!, together[i]), LargestDifference(texts[i].VectorAsText!, alone)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {worst:g3}");
        Assert.InRange(worst, 0, Fp32Tolerance);
    }

    [Fact]
    public async Task Fp32_vectors_do_not_depend_on_what_shares_their_batch()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();
        List<GoldenText> texts = [.. GoldenTexts.OfFp32().Where(text => text.VectorAsText is not null)];
        Random random = new(20261125);
        for (int round = 0; round < 5; round++)
        {
            GoldenText[] drawn = random.GetItems(texts.ToArray(), random.Next(1, 80));   // with repeats, in any order

            float[][] vectors = await generator.EmbedAsync([.. drawn.Select(text => text.Text)], EmbeddingPurpose.Document, cancellationToken: Cancellation);

            Assert.All(drawn.Zip(vectors), pair => Assert.InRange(LargestDifference(pair.First.VectorAsText!, pair.Second), 0, Fp32Tolerance));
        }
    }

    [Fact]
    public async Task Accented_text_has_the_vector_of_the_reference()   // and not the one that accents left standing would give
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();
        GoldenText accented = GoldenTexts.OfFp32().Single(text => text.Name == "accents-nfc");

        GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync([accented.Text], EmbeddingPurposes.Query, Cancellation);

        Assert.InRange(LargestDifference(accented.VectorAsText!, vectors[0].Vector.Span), 0, Fp32Tolerance);
    }

    [Fact]
    public async Task Int8_vectors_agree_with_the_reference_whatever_else_is_embedded_with_them()
    {
        OnnxEmbeddingGenerator generator = EmbeddingModels.Shared("all-minilm-l6-v2-int8");
        List<GoldenText> texts = [.. GoldenTexts.OfInt8().Where(text => text.VectorAsText is not null)];

        float[][] vectors = await generator.EmbedAsync([.. texts.Select(text => text.Text)], EmbeddingPurpose.Document, cancellationToken: Cancellation);

        // The tolerances are the golden file's: on the same kind of processor, and on others.
        bool sameConditions = System.Runtime.Intrinsics.X86.Avx2.IsSupported;
        float[] cosines = [.. texts.Zip(vectors, (text, vector) => TensorPrimitives.CosineSimilarity<float>(text.VectorAsText!, vector))];
        float[] differences = [.. texts.Zip(vectors, (text, vector) => LargestDifference(text.VectorAsText!, vector))];
        TestContext.Current.TestOutputHelper?.WriteLine($"lowest cosine {cosines.Min():g7}, largest difference {differences.Max():g3}");
        Assert.All(cosines, cosine => Assert.InRange(cosine, sameConditions ? 0.9999f : 0.98f, 1.00001f));
        Assert.All(differences, difference => Assert.InRange(difference, 0, sameConditions ? 0.002f : 0.05f));
    }

    [Fact]
    public async Task Every_pooling_mode_agrees_with_the_reference()
    {
        List<(string Text, string Mode, float[] Vector)> expected = [.. GoldenTexts.Poolings()];
        Assert.NotEmpty(expected);
        foreach (var mode in expected.GroupBy(pooling => pooling.Mode))
        {
            // In the new dialect for the names it has, in the old one for all.
            string flag = mode.Key switch
            {
                "cls" => "cls_token",
                "mean" or "max" or "weightedmean" => mode.Key + "_tokens",
                _ => mode.Key,
            };
            foreach (string config in (string[])[$$"""{"pooling_mode": "{{mode.Key}}"}""", $$"""{"pooling_mode_{{flag}}": true}"""])
            {
                using ModelFolderCopy copy = new(await EmbeddingModels.MiniLmFolderAsync());
                copy.Write("1_Pooling/config.json", config);
                copy.Write("modules.json", """[{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}]""");
                using OnnxEmbeddingGenerator generator = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = copy.Folder });

                string[] texts = [.. mode.Select(pooling => pooling.Text)];
                float[][] vectors = await generator.EmbedAsync(texts, EmbeddingPurpose.Document, cancellationToken: Cancellation);

                // Unnormalized: components reach into the tens, so the tolerance goes with the length.
                Assert.All(mode.Zip(vectors), pair => Assert.InRange(
                    LargestDifference(pair.First.Vector, pair.Second) / TensorPrimitives.Norm<float>(pair.First.Vector), 0, Fp32Tolerance));
            }
        }
    }

    [Fact]
    public async Task Smaller_model_of_another_vocabulary_tells_like_from_unlike()
    {
        foreach (string? file in (string?[])[null, "onnx/model_quantized.onnx"])
        {
            OnnxEmbeddingGenerator generator = EmbeddingModels.Shared("esrefine-mini-en-256", file);

            float[][] vectors = await generator.EmbedAsync(
                ["how do I reset my password", "steps to recover a forgotten password", "a recipe with flour and salt"],
                EmbeddingPurpose.Query,
                cancellationToken: Cancellation);

            Assert.Equal(256, generator.Dimensions);
            Assert.All(vectors, vector => Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5));
            Assert.True(
                TensorPrimitives.CosineSimilarity<float>(vectors[0], vectors[1]) > TensorPrimitives.CosineSimilarity<float>(vectors[0], vectors[2]) + 0.1f);
        }
    }

    [Fact]
    public async Task Quantized_file_is_another_model_than_the_plain_one()
    {
        OnnxEmbeddingGenerator plain = EmbeddingModels.Shared("esrefine-mini-en-256");
        OnnxEmbeddingGenerator quantized = EmbeddingModels.Shared("esrefine-mini-en-256", "onnx/model_quantized.onnx");

        float[][] a = await plain.EmbedAsync(["a gradient moves a vector"], EmbeddingPurpose.Query, cancellationToken: Cancellation);
        float[][] b = await quantized.EmbedAsync(["a gradient moves a vector"], EmbeddingPurpose.Query, cancellationToken: Cancellation);

        Assert.NotEqual(a[0], b[0]);
        Assert.InRange(TensorPrimitives.CosineSimilarity<float>(a[0], b[0]), 0.95f, 1f);
        Assert.NotEqual(plain.ComputeFingerprint(), quantized.ComputeFingerprint());
    }

    [Fact]
    public async Task Callers_at_the_same_time_get_their_own_vectors()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();
        string[] texts = [.. Enumerable.Range(0, 64).Select(i => string.Join(' ', Enumerable.Repeat($"text number {i}", 1 + (i % 5))))];
        float[][] expected = await generator.EmbedAsync(texts, EmbeddingPurpose.Query, cancellationToken: Cancellation);

        float[][][] results = await Task.WhenAll(texts.Select(text => Task.Run(() =>
            generator.EmbedAsync([text], EmbeddingPurpose.Query, cancellationToken: Cancellation))));

        Assert.All(expected.Zip(results), pair => Assert.InRange(LargestDifference(pair.First, pair.Second[0]), 0, Fp32Tolerance));
    }

    [Fact]
    public async Task Progress_ends_at_the_number_of_texts()
    {
        OnnxEmbeddingGenerator generator = EmbeddingModels.Shared("esrefine-mini-en-256");
        Tally tally = new();

        await generator.EmbedAsync([.. Enumerable.Range(0, 1000).Select(i => $"text {i}")], EmbeddingPurpose.Document, tally, Cancellation);

        Assert.Equal(1000, tally.Largest);
        Assert.True(tally.Reports > 1);
    }

    [Fact]
    public async Task Cancelled_job_stops()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();
        using CancellationTokenSource source = new();
        Tally tally = new(source.Cancel);   // as soon as the first batch is done

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            generator.EmbedAsync([.. Enumerable.Range(0, 5000).Select(i => $"text {i}")], EmbeddingPurpose.Document, tally, source.Token));

        Assert.True(tally.Largest < 5000);
    }

    [Fact]
    public async Task No_texts_give_no_vectors()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();

        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Generator_names_its_model_and_dimensions()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();

        EmbeddingGeneratorMetadata metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();

        Assert.Equal(384, metadata.DefaultModelDimensions);
        Assert.Equal("all-MiniLM-L6-v2", metadata.DefaultModelId);
        Assert.Same(generator, generator.GetService<OnnxEmbeddingGenerator>());
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_at_unit_length()
    {
        OnnxEmbeddingGenerator generator = await EmbeddingModels.MiniLmAsync();

        ReadOnlyMemory<float> full = await generator.GenerateVectorAsync("the weather", cancellationToken: Cancellation);
        ReadOnlyMemory<float> cut = await generator.GenerateVectorAsync("the weather", new EmbeddingGenerationOptions { Dimensions = 100 }, Cancellation);

        Assert.Equal(100, cut.Length);
        Assert.Equal(1, TensorPrimitives.Norm(cut.Span), 1e-5);
        Assert.Equal(1, TensorPrimitives.CosineSimilarity(full.Span[..100], cut.Span), 1e-5);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            generator.GenerateAsync(["x"], new EmbeddingGenerationOptions { Dimensions = 385 }, Cancellation));
    }

    [Fact]
    public async Task Prompts_of_the_folder_go_before_queries_and_documents()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder("esrefine-mini-en-256"));
        copy.Write(
            "config_sentence_transformers.json",
            """{"prompts": {"query": "query: ", "passage": "passage: ", "plain": "text: "}, "default_prompt_name": "plain"}""");
        using OnnxEmbeddingGenerator prompted = OnnxEmbeddingGenerator.Load(new ModelSettings { Folder = copy.Folder });
        OnnxEmbeddingGenerator plain = EmbeddingModels.Shared("esrefine-mini-en-256");

        await AssertSameAsync(plain, "query: red shoes", prompted, EmbeddingPurposes.Query);
        await AssertSameAsync(plain, "passage: red shoes", prompted, EmbeddingPurposes.Document.Clone());
        await AssertSameAsync(plain, "text: red shoes", prompted, options: null);
    }

    [Fact]
    public async Task Prefixes_of_the_configuration_win_over_the_folder_s()
    {
        using ModelFolderCopy copy = new(EmbeddingModels.SharedFolder("esrefine-mini-en-256"));
        copy.Write("config_sentence_transformers.json", """{"prompts": {"query": "query: ", "document": "passage: "}}""");
        using OnnxEmbeddingGenerator prompted = OnnxEmbeddingGenerator.Load(
            new ModelSettings { Folder = copy.Folder, QueryPrefix = "search ", DocumentPrefix = "" });
        OnnxEmbeddingGenerator plain = EmbeddingModels.Shared("esrefine-mini-en-256");

        await AssertSameAsync(plain, "search red shoes", prompted, EmbeddingPurposes.Query);
        await AssertSameAsync(plain, "red shoes", prompted, EmbeddingPurposes.Document);
    }

    private static async Task AssertSameAsync(
        OnnxEmbeddingGenerator plain, string text, OnnxEmbeddingGenerator prompted, EmbeddingGenerationOptions? options)
    {
        ReadOnlyMemory<float> expected = await plain.GenerateVectorAsync(text, cancellationToken: Cancellation);
        ReadOnlyMemory<float> actual = await prompted.GenerateVectorAsync("red shoes", options, Cancellation);
        Assert.InRange(LargestDifference(expected.Span, actual.Span), 0, 1e-6f);
    }

    private static float LargestDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        float[] differences = new float[expected.Length];
        TensorPrimitives.Subtract(expected, actual, differences);
        return MathF.Abs(TensorPrimitives.MaxMagnitude<float>(differences));
    }

    private sealed class Tally(Action? onReport = null) : IProgress<int>
    {
        private readonly Lock _lock = new();

        public int Largest { get; private set; }

        public int Reports { get; private set; }

        public void Report(int value)
        {
            lock (_lock)
            {
                Largest = Math.Max(Largest, value);
                Reports++;
            }

            onReport?.Invoke();
        }
    }
}
