using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace EsRefine.Embedding;

/// <summary>Finds out whether this process can run a model on CUDA, and if not, why.</summary>
/// <remarks>
/// ONNX Runtime reports it in three ways that depend on package and call: a missing entry point, an unsupported provider, or a shared library that
/// "cannot open". So known causes are checked first.
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

    /// <summary>Why CUDA cannot be used and what to do about it; null if no obstacle is found.</summary>
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
    /// Session options for CUDA. The memory arena grows by the requested size, not by powers of two, because the sidecar shares the GPU.
    /// TF32 is off: with its 10-bit mantissas vectors would differ from a CPU's by more than the documented 1e-4.
    /// </summary>
    public static SessionOptions Options()
    {
        using OrtCUDAProviderOptions cuda = new();
        cuda.UpdateOptions(new() { ["device_id"] = "0", ["arena_extend_strategy"] = "kSameAsRequested", ["use_tf32"] = "0" });
        SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };   // the caller logs the reason
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

    /// <summary>Whether an exception is one of those by which ONNX Runtime reports that it cannot use CUDA.</summary>
    public static bool IsComplaint(Exception exception) => exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException;

    /// <summary>ONNX Runtime's own reason, on one line.</summary>
    public static string Explain(Exception exception)
    {
        string reason = string.Join(' ', exception.Message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return $"ONNX Runtime cannot use the GPU ({reason}); check nvidia-smi and that driver, CUDA 13 and cuDNN 9 fit together";
    }
}
