namespace EsRefine.Caching;

/// <summary>What the cache of refined vectors logs. Ids from 600.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Warning,
        "The shared cache did not store a refined vector in time; other instances send the next pages of that search unrefined. Check cache.redis.")]
    public static partial void NotShared(this ILogger logger, Exception exception);
}
