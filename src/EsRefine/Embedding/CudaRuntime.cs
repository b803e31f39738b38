using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace EsRefine.Embedding;

/// <summary>Whether this process can run a model on CUDA, and if not, the one thing to say about it.</summary>
/// <remarks>
/// ONNX Runtime itself says it in three ways, by package and call: a missing entry point, an unsupported provider, a shared library of a long name
/// that "cannot open". So what can be known beforehand is looked up beforehand.
/// </remarks>
internal static class CudaRuntime
{
    // What libonnxruntime_providers_cuda 1.31 links to (CUDA 13) or opens by itself (cuDNN 9).
    private static readonly (string Linux, string Windows, string Product)[] Libraries =
    [
        ("libcuda.so.1", "nvcuda.dll", "the NVIDIA driver"),
        ("libcudart.so.13", "cudart64_13.dll", "the CUDA 13 runtime"),
        ("libcublasLt.so.13", "cublasLt64_13.dll", "cuBLAS of CUDA 13"),
        ("libcublas.so.13", "cublas64_13.dll", "cuBLAS of CUDA 13"),
        ("libcurand.so.10", "curand64_10.dll", "cuRAND of CUDA 13"),
        ("libcudnn.so.9", "cudnn64_9.dll", "cuDNN 9"),
    ];

    /// <summary>What stands in the way and what to do about it; null where nothing is known to.</summary>
    public static string? FindObstacle()
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
        {
            return "this build carries the CPU flavor of ONNX Runtime; build with -p:OnnxRuntimeFlavor=Gpu";
        }

        List<string> missing = [];
        foreach ((string linux, string windows, string product) in Libraries)
        {
            string name = OperatingSystem.IsWindows() ? windows : linux;
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                NativeLibrary.Free(handle);
            }
            else
            {
                missing.Add($"{product} ({name})");
            }
        }

        return missing.Count == 0
            ? null
            : $"not found: {string.Join(", ", missing)}; install what is missing, or in a container use an image with CUDA 13 and cuDNN 9 and start it "
                + "with --gpus all";
    }

    /// <summary>
    /// Session options for CUDA. The arena grows by what is asked for, not by powers of two: the sidecar is a guest on the GPU.
    /// No TF32: its 10-bit mantissas would take vectors further from a CPU's than the 1e-4 we promise.
    /// </summary>
    public static SessionOptions Options()
    {
        using OrtCUDAProviderOptions cuda = new();
        cuda.UpdateOptions(new() { ["device_id"] = "0", ["arena_extend_strategy"] = "kSameAsRequested", ["use_tf32"] = "0" });
        SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };   // the caller says it once, in words
        try
        {
            options.AppendExecutionProvider_CUDA(cuda);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    /// <summary>Whether an exception is one of the forms in which ONNX Runtime says that it cannot use CUDA.</summary>
    public static bool IsComplaint(Exception exception) => exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException;

    /// <summary>ONNX Runtime's own reason, on one line.</summary>
    public static string Explain(Exception exception)
    {
        string reason = string.Join(' ', exception.Message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return $"ONNX Runtime cannot use the GPU ({reason}); check nvidia-smi and that driver, CUDA 13 and cuDNN 9 fit together";
    }
}
