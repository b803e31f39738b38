using EsRefine.Configuration;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Options;

namespace EsRefine.Caching;

/// <summary>The Redis server that sidecars share, as the platform's distributed cache.</summary>
internal static class RedisStore
{
    /// <summary>Connects in the background; where nobody is there, calls fail at once, and it is tried again.</summary>
    /// <param name="settings">With <see cref="CacheSettings.Redis"/>.</param>
    public static IDistributedCache Connect(CacheSettings settings)
    {
        RedisCache cache = new(Options.Create(new RedisCacheOptions { ConfigurationOptions = SharedCache.RedisOptions(settings) }));
        // Who needs it first must not wait for the connection.
        _ = cache.GetAsync("esrefine:hello").ContinueWith(static unheard => unheard.Exception, TaskScheduler.Default);
        return cache;
    }
}
