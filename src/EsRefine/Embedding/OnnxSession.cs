using System.Diagnostics;
using EsRefine.Configuration;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace EsRefine.Embedding;

/// <summary>An ONNX encoder, ready to run: token ids in, token vectors (or sentence vectors) out. Safe for concurrent runs.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly RunOptions _run = new();

    private OnnxSession(InferenceSession session, string path, bool onCuda)
    {
        _session = session;
        _inputs = [.. session.InputMetadata.Keys];
        OnCuda = onCuda;
        foreach (string input in _inputs)
        {
            if (input is not ("input_ids" or "attention_mask" or "token_type_ids"))
            {
                throw new ConfigurationException($"{path} has the input {input}, which is not supported; only text encoders are");
            }

            if (session.InputMetadata[input].ElementType != typeof(long))
            {
                throw new ConfigurationException($"{path}: the input {input} is {session.InputMetadata[input].ElementType.Name}; export it as int64");
            }
        }

        // Selected by name, because exports add other outputs (a pooler, hidden states of each layer) in any order.
        string[] preferred = ["sentence_embedding", "last_hidden_state", "token_embeddings"];
        string output = Array.Find(preferred, session.OutputMetadata.ContainsKey) ?? session.OutputNames[0];
        _outputs = [output];
        if (session.OutputMetadata[output].ElementType is var type && type != typeof(float))
        {
            throw new ConfigurationException($"{path}: the output {output} is {type.Name}; only float32 is supported yet");
        }
    }

    public bool OnCuda { get; }

    /// <exception cref="ConfigurationException">The file is not a model that runs here, or CUDA is configured and unavailable.</exception>
    public static OnnxSession Open(string path, string device, ILogger logger)
    {
        bool? cuda = device switch
        {
            "auto" => null,
            "cpu" => false,
            "cuda" => true,
            _ => throw new ConfigurationException($"the model's device is \"{device}\"; expected auto, cpu or cuda"),
        };
        if (cuda == false)
        {
            return OpenOnCpu(path);
        }

        string? obstacle = CudaRuntime.FindObstacle();
        if (obstacle is null)
        {
            try
            {
                using SessionOptions options = CudaRuntime.Options();
                return Wrap(new InferenceSession(path, options), path, onCuda: true);
            }
            catch (Exception exception) when (CudaRuntime.IsComplaint(exception))
            {
                obstacle = CudaRuntime.Explain(exception);
            }
        }

        OnnxSession onCpu = OpenOnCpu(path);   // first, so that an invalid file is not reported as a CUDA failure
        if (cuda == true)
        {
            onCpu.Dispose();
            throw new ConfigurationException($"the embedding model cannot run on CUDA: {obstacle}; or set the model's device to cpu or auto");
        }

        logger.CudaUnavailable(obstacle);
        return onCpu;
    }

    /// <summary>Runs one batch.</summary>
    /// <param name="batch">Right-padded token ids and their mask.</param>
    /// <param name="receive">
    /// Called with the output, row-major, and its shape: [texts × tokens × dimensions], or [texts × dimensions] where the model pools by itself.
    /// The span is valid during the call only.
    /// </param>
    public void Run(TokenBatch batch, Action<ReadOnlySpan<float>, long[]> receive)
    {
        long[] shape = [batch.Count, batch.Length];
        OrtValue[] values = [.. _inputs.Select(input => OrtValue.CreateTensorValueFromMemory(
            input switch
            {
                "input_ids" => batch.Ids,
                "attention_mask" => batch.Mask,
                _ => new long[batch.Ids.Length],   // token_type_ids: all of the first kind
            },
            shape))];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, _inputs, values, _outputs);
            long[] outputShape = results[0].GetTensorTypeAndShape().Shape;
            Debug.Assert(outputShape[0] == batch.Count, "one row of the output per text");
            receive(results[0].GetTensorDataAsSpan<float>(), outputShape);
        }
        finally
        {
            foreach (OrtValue value in values)
            {
                value.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private static OnnxSession OpenOnCpu(string path)
    {
        // One thread per run and one run per core is 1.7 times (fp32) to 2.3 times (int8) as fast as one run over all cores, on short texts.
        using SessionOptions options = new()
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,   // errors arrive as exceptions, so its log lines would repeat them
        };
        try
        {
            return Wrap(new InferenceSession(path, options), path, onCuda: false);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ConfigurationException($"{path} is not an ONNX model that runs here ({exception.Message}); download the file again", exception);
        }
    }

    private static OnnxSession Wrap(InferenceSession session, string path, bool onCuda)
    {
        try
        {
            return new(session, path, onCuda);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
