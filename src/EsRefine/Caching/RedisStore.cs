using EsRefine.Configuration;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace EsRefine.Caching;

/// <summary>The Redis server that sidecars share, as the platform's distributed cache.</summary>
internal static class RedisStore
{
    /// <summary>Connects in the background; where nobody is there, calls fail at once, and it is tried again.</summary>
    /// <exception cref="ConfigurationException">The setting cannot be read.</exception>
    public static IDistributedCache Connect(string redis)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(redis);
        }
        catch (ArgumentException exception)
        {
            // The message may repeat a password.
            throw new ConfigurationException("cache.redis must be as StackExchange.Redis writes it: host:port,password=…,ssl=true", exception);
        }

        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        RedisCache cache = new(Options.Create(new RedisCacheOptions { ConfigurationOptions = options }));
        // Who needs it first must not wait for the connection.
        _ = cache.GetAsync("esrefine:hello").ContinueWith(static unheard => unheard.Exception, TaskScheduler.Default);
        return cache;
    }
}
