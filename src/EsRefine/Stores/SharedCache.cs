using System.Security.Cryptography;
using System.Text;
using EsRefine.Configuration;
using StackExchange.Redis;

namespace EsRefine.Stores;

/// <summary>Options of the Redis store that several instances share, and the secret of its keys.</summary>
internal static class SharedCache
{
    /// <summary>
    /// Connection options with short timeouts, because the store exists to save time. Calls to an unreachable server fail at once; the connection is retried in
    /// the background.
    /// </summary>
    /// <param name="settings">Settings with <see cref="CacheSettings.Redis"/> set.</param>
    public static ConfigurationOptions RedisOptions(CacheSettings settings)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(settings.Redis!);
        options.Password = Read(settings.PasswordEnv) ?? options.Password;
        options.ClientName = "esrefine";
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = (int)Timeouts.RedisConnectTimeout.TotalMilliseconds;
        options.AsyncTimeout = (int)Timeouts.RedisCommandTimeout.TotalMilliseconds;
        return options;
    }

    /// <summary>
    /// The secret of the keys: <see cref="CacheSettings.SecretEnv"/>'s, or else derived from the password of Redis, which whoever shares the store knows
    /// too; null without a store, where each process makes its own. It names the cluster, so that sidecars in front of two clusters may share a store.
    /// </summary>
    /// <param name="settings">Names the cluster, if <paramref name="nodes"/> do not.</param>
    /// <param name="nodes">URLs of the cluster's nodes, in any order.</param>
    /// <remarks>
    /// A key hashes credentials, among other parts. Without a secret, a reader of the store who knows a search exactly could test guesses of a password against
    /// the key. The secret protects nothing else: values hold no text and are validated before use (<c>RefinedVector.CanReplace</c>).
    /// </remarks>
    public static byte[]? Secret(CacheSettings settings, IReadOnlyList<Uri> nodes)
    {
        if (settings.Redis is null)
        {
            return null;
        }

        byte[] secret = SHA256.HashData(Encoding.UTF8.GetBytes("esrefine cache " + (Read(settings.SecretEnv) ?? Read(settings.PasswordEnv) ?? "")));
        string cluster = settings.Cluster ?? string.Join(' ', nodes.Select(static node => node.GetLeftPart(UriPartial.Path)).Order(StringComparer.Ordinal));
        return HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(cluster));
    }

    private static string? Read(string? variable) =>
        variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
