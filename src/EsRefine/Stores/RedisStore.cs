using EsRefine.Configuration;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace EsRefine.Stores;

/// <summary>The Redis server that sidecars share, as the platform's distributed cache.</summary>
internal static partial class RedisStore
{
    /// <summary>Connects in the background; where nobody is there, calls fail at once, and it is tried again.</summary>
    /// <param name="settings">With <see cref="CacheSettings.Redis"/>.</param>
    /// <param name="logger">Told once when the server is away, and once when it is back.</param>
    public static IDistributedCache Connect(CacheSettings settings, ILogger logger)
    {
        RedisCache cache = new(Options.Create(new RedisCacheOptions { ConnectionMultiplexerFactory = () => ConnectAsync(settings, logger) }));
        // Who needs it first must not wait for the connection.
        _ = cache.GetAsync("esrefine:hello").ContinueWith(static unheard => unheard.Exception, TaskScheduler.Default);
        return cache;
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(CacheSettings settings, ILogger logger)
    {
        int isAway = 0;
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(SharedCache.RedisOptions(settings));
        connection.ConnectionFailed += (_, failed) => Away(failed.FailureType);
        connection.ConnectionRestored += (_, _) =>
        {
            if (connection.IsConnected && Interlocked.Exchange(ref isAway, 0) == 1)
            {
                LogBack(logger, settings.Redis!);
            }
        };
        if (!connection.IsConnected)
        {
            Away(ConnectionFailureType.UnableToConnect);
        }

        return connection;

        void Away(ConnectionFailureType cause)
        {
            if (Interlocked.Exchange(ref isAway, 1) == 0)
            {
                LogAway(logger, settings.Redis!, cause);
            }
        }
    }

    [LoggerMessage(500, LogLevel.Warning,
        "Redis at {Address} is away ({Cause}): nothing is shared with other sidecars until it is back; check cache.redis if it never was there")]
    private static partial void LogAway(ILogger logger, string address, ConnectionFailureType cause);

    [LoggerMessage(501, LogLevel.Information, "Redis at {Address} is there again")]
    private static partial void LogBack(ILogger logger, string address);
}
