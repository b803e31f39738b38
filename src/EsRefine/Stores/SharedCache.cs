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
    /// The secret of the keys: from <see cref="CacheSettings.SecretEnv"/>, else derived from the Redis password, which every instance that shares the store
    /// has. Null without a store; each process then uses its own secret.
    /// </summary>
    /// <remarks>
    /// A key hashes credentials, among other parts. Without a secret, a reader of the store who knows a search exactly could test guesses of a password against
    /// the key. The secret protects nothing else: values hold no text and are validated before use (<c>RefinedVector.CanReplace</c>).
    /// </remarks>
    public static byte[]? Secret(CacheSettings settings) => settings.Redis is null
        ? null
        : SHA256.HashData(Encoding.UTF8.GetBytes("esrefine cache " + (Read(settings.SecretEnv) ?? Read(settings.PasswordEnv) ?? "")));

    private static string? Read(string? variable) =>
        variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
