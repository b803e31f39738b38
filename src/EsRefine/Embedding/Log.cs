namespace EsRefine.Embedding;

/// <summary>Everything embedding logs. Ids 600–699.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "Embedding model {Model}: {Dimensions} dimensions, at most {MaxTokens} tokens, on {Device}")]
    public static partial void ModelLoaded(ILogger logger, string model, int dimensions, int maxTokens, string device);

    [LoggerMessage(601, LogLevel.Information, "The embedding model runs on the CPU: {Reason}")]
    public static partial void CudaUnavailable(ILogger logger, string reason);
}
