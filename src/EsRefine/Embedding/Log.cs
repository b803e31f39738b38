namespace EsRefine.Embedding;

/// <summary>The log events of embedding, with ids 400–499.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Information, "Embedding model {Model}: {Dimensions} dimensions, at most {MaxTokens} tokens, on {Device}")]
    public static partial void ModelLoaded(this ILogger logger, string model, int dimensions, int maxTokens, string device);

    [LoggerMessage(401, LogLevel.Information, "The embedding model runs on the CPU: {Reason}")]
    public static partial void CudaUnavailable(this ILogger logger, string reason);
}
