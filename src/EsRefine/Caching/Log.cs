namespace EsRefine.Caching;

/// <summary>What the cache of refined vectors logs. Ids from 600.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Warning,
        "The shared cache did not take a refined vector in time: another instance would answer the next pages of that search plain. Check cache.redis.")]
    public static partial void NotShared(this ILogger logger, Exception exception);
}
