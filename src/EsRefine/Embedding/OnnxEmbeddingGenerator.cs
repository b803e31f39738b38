using System.Security.Cryptography;
using EsRefine.Configuration;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace EsRefine.Embedding;

/// <summary>Embeds texts with a local ONNX model. Safe for concurrent use: all callers share the cores, batch by batch.</summary>
/// <remarks>Prompt + text → token ids → batches of like length → model → pooling → truncation, if asked for → unit length, if the model says so.</remarks>
internal sealed class OnnxEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    // On a CPU larger batches cost more per token (1.6 to 2.3 times at 2,560), because their activations exceed the cache. A GPU needs large batches.
    private const int CpuTokenBudget = 512;
    private const int CudaTokenBudget = 8192;

    private readonly ModelFolder _model;
    private readonly OnnxSession _session;
    private readonly int _tokenBudget;
    private readonly int _workers;
    private readonly SemaphoreSlim _permits;
    private readonly EmbeddingGeneratorMetadata _metadata;

    private OnnxEmbeddingGenerator(ModelFolder model, OnnxSession session, bool quantized)
    {
        _model = model;
        _session = session;

        // A dynamically quantized model scales each run by its largest activation, so vectors would depend on the other texts. Each text runs alone.
        _tokenBudget = quantized ? 0 : session.OnCuda ? CudaTokenBudget : CpuTokenBudget;
        _workers = session.OnCuda ? 1 : Environment.ProcessorCount;
        _permits = new(_workers);
        Dimensions = Probe();
        _metadata = new("onnx", defaultModelId: model.Name, defaultModelDimensions: Dimensions);
    }

    /// <summary>Length of the vectors.</summary>
    public int Dimensions { get; }

    /// <summary>The longest text, in tokens; longer ones are truncated.</summary>
    public int MaxTokens => _model.Encoder.MaxTokens;

    /// <summary>Opens a model folder and embeds one text, so that an unusable model fails here.</summary>
    /// <exception cref="ConfigurationException">The model is unusable. The message names the file and the fix.</exception>
    public static OnnxEmbeddingGenerator Load(ModelSettings settings, ILogger? logger = null)
    {
        logger ??= NullLogger.Instance;
        BertTextNormalizer.RequireUnicodeData();
        ModelFolder model = ModelFolder.Open(settings);
        bool quantized = OnnxFile.IsDynamicallyQuantized(model.OnnxFile);
        OnnxSession session = OnnxSession.Open(model.OnnxFile, settings.Device, logger);
        try
        {
            OnnxEmbeddingGenerator generator = new(model, session, quantized);
            logger.ModelLoaded(model.Name, generator.Dimensions, generator.MaxTokens, session.OnCuda ? "CUDA" : "the CPU");
            return generator;
        }
        catch (OnnxRuntimeException exception)
        {
            session.Dispose();
            throw new ConfigurationException(
                session.OnCuda
                    ? $"{model.OnnxFile} does not run on CUDA: {CudaRuntime.Explain(exception)}; or set the model's device to cpu"
                    : $"{model.OnnxFile} does not run ({exception.Message}); check that the ONNX file and the tokenizer belong to the same model",
                exception);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Vectors of all texts, in their order.</summary>
    /// <param name="purpose">Chooses the prompt.</param>
    /// <param name="progress">Receives the number of finished texts after each batch, on any thread.</param>
    public async Task<float[][]> EmbedAsync(
        IReadOnlyList<string> texts, EmbeddingPurpose purpose, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        (await EmbedAsync(texts, purpose, Dimensions, progress, cancellationToken)).Vectors;

    /// <inheritdoc/>
    /// <param name="options"><see cref="EmbeddingPurposes"/> choose the prompt; <c>Dimensions</c> truncates vectors, for models trained for that.</param>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        int dimensions = options?.Dimensions ?? Dimensions;
        if (dimensions < 1 || dimensions > Dimensions)
        {
            throw new ArgumentOutOfRangeException(nameof(options), dimensions, $"the model {_model.Name} yields 1 to {Dimensions} dimensions");
        }

        (float[][] vectors, int read) = await EmbedAsync([.. values], EmbeddingPurposes.Of(options), dimensions, progress: null, cancellationToken);
        return new(vectors.Select(vector => new Embedding<float>(vector) { ModelId = _model.Name }))
        {
            Usage = new() { InputTokenCount = read, TotalTokenCount = read },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Twelve hexadecimal digits that depend on everything that determines the vectors: weights, vocabulary, length, pooling, prompts.</summary>
    /// <remarks>Reads the whole model file. The result is part of the name of an index with the model's vectors.</remarks>
    public string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        OnnxFile.AppendTo(hash, _model.OnnxFile);
        _model.AppendTo(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    public void Dispose()
    {
        _session.Dispose();
        _permits.Dispose();
    }

    private async Task<(float[][] Vectors, int TokensRead)> EmbedAsync(
        IReadOnlyList<string> texts, EmbeddingPurpose purpose, int dimensions, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        string prompt = _model.Prompts.For(purpose);
        int[][] tokens = new int[texts.Count][];
        for (int i = 0; i < tokens.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tokens[i] = _model.Encoder.Encode(prompt + texts[i]);
        }

        float[][] vectors = new float[tokens.Length][];
        int done = 0;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(TokenBatch.Plan(tokens, _tokenBudget), parallel, async (members, token) =>
        {
            // Acquired per batch, so that a query does not wait until a whole corpus is embedded.
            await _permits.WaitAsync(token);
            try
            {
                Run(new TokenBatch(tokens, members, _model.Encoder.PaddingId), tokens, dimensions, vectors);
            }
            finally
            {
                _permits.Release();
            }

            progress?.Report(Interlocked.Add(ref done, members.Length));
        });
        return (vectors, tokens.Sum(static text => text.Length));
    }

    private void Run(TokenBatch batch, int[][] tokens, int dimensions, float[][] vectors) => _session.Run(batch, (output, shape) =>
    {
        int full = (int)shape[^1];
        int row = output.Length / batch.Count;
        float[] pooled = new float[full];
        for (int i = 0; i < batch.Count; i++)
        {
            int member = batch.Members.Span[i];
            if (shape.Length == 2)
            {
                output.Slice(i * row, row).CopyTo(pooled);
            }
            else
            {
                Pooling.Pool(_model.Pooling, output.Slice(i * row, tokens[member].Length * full), pooled);
            }

            float[] vector = pooled[..dimensions];
            if (_model.Normalizes)
            {
                Pooling.Normalize(vector);
            }

            vectors[member] = vector;
        }
    });

    private int Probe()
    {
        int[][] tokens = [_model.Encoder.Encode("probe")];
        int dimensions = 0;
        _session.Run(new TokenBatch(tokens, new int[1], _model.Encoder.PaddingId), (_, shape) =>
        {
            if (shape.Length is not (2 or 3))
            {
                throw new ConfigurationException($"{_model.OnnxFile} returns a tensor with {shape.Length} axes; a text encoder returns 3 (or 2, if it pools)");
            }

            dimensions = (int)shape[^1];
        });
        return dimensions;
    }
}
