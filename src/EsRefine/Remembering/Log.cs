namespace EsRefine.Remembering;

/// <summary>What the vector memory logs. Ids 800–899.</summary>
internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Warning, "The shared vector memory (cache.redis) failed and is skipped for some seconds: {Reason}")]
    public static partial void SharedMemoryFailed(this ILogger logger, string reason);
}
