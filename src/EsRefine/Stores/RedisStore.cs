using EsRefine.Configuration;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace EsRefine.Stores;

/// <summary>Creates the <see cref="IDistributedCache"/> on the Redis server that sidecars share.</summary>
internal static class RedisStore
{
    /// <summary>Connects in the background. While the server is unreachable, calls fail at once and the connection is retried.</summary>
    /// <param name="settings">Settings with <see cref="CacheSettings.Redis"/> set.</param>
    /// <param name="logger">Logs one line when the server becomes unreachable, and one when it is reachable again.</param>
    public static IDistributedCache Connect(CacheSettings settings, ILogger logger)
    {
        RedisCache cache = new(Options.Create(new RedisCacheOptions { ConnectionMultiplexerFactory = () => ConnectAsync(settings, logger) }));
        // Connects now, so that the first search does not wait for the connection.
        _ = cache.GetAsync("esrefine:hello").ContinueWith(static unheard => unheard.Exception, TaskScheduler.Default);
        return cache;
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(CacheSettings settings, ILogger logger)
    {
        int isUnreachable = 0;
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(SharedCache.RedisOptions(settings));
        connection.ConnectionFailed += (_, failed) => Lost(failed.FailureType);
        connection.ConnectionRestored += (_, _) =>
        {
            if (connection.IsConnected && Interlocked.Exchange(ref isUnreachable, 0) == 1)
            {
                logger.RedisReachable(settings.Redis!);
            }
        };
        if (!connection.IsConnected)
        {
            Lost(ConnectionFailureType.UnableToConnect);
        }

        return connection;

        void Lost(ConnectionFailureType cause)
        {
            if (Interlocked.Exchange(ref isUnreachable, 1) == 0)
            {
                logger.RedisUnreachable(settings.Redis!, cause);
            }
        }
    }
}
