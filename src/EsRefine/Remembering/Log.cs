namespace EsRefine.Remembering;

/// <summary>What the vector memory says. Ids from 800.</summary>
internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Warning, "The shared vector memory (cache.redis) is done without for some seconds: {Reason}")]
    public static partial void SharedMemoryFailed(this ILogger logger, string reason);
}
