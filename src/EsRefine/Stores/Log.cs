using StackExchange.Redis;

namespace EsRefine.Stores;

/// <summary>What the shared store logs. Ids from 500.</summary>
internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Warning,
        "Redis at {Address} is unreachable ({Cause}): nothing is shared with other sidecars until it is reachable; if it has never been, check cache.redis")]
    public static partial void RedisUnreachable(this ILogger logger, string address, ConnectionFailureType cause);

    [LoggerMessage(501, LogLevel.Information, "Redis at {Address} is reachable again")]
    public static partial void RedisReachable(this ILogger logger, string address);
}
