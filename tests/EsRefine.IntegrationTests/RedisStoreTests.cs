using EsRefine.Configuration;
using EsRefine.Stores;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>Calls and log lines with a real Redis that is unreachable or hangs. The callers limit how long a search waits.</summary>
public sealed class RedisStoreTests
{
    private const int Unreachable = 500;
    private const int ReachableAgain = 501;

    /// <summary>Far more than the client's timeouts (1 s to connect, 0.25 s a call, checked once a second), and far less than a call that is queued.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeLogger _logger = new();

    [Fact]
    public async Task Server_that_was_unreachable_at_the_start_is_used_once_it_is_reachable()
    {
        string address = await StoppedAsync();
        IDistributedCache store = Connect(address);

        Exception? fault = await Record.ExceptionAsync(() => ReadAsync(store).WaitAsync(Patience, TestContext.Current.CancellationToken));
        await using OwnRedis redis = await OwnRedis.StartAsync(address);
        await UntilItAnswersAsync(store);

        Assert.IsType<RedisConnectionException>(fault);
        await UntilLoggedAsync(Unreachable, ReachableAgain);
    }

    [Fact]
    public async Task Stopped_server_fails_calls_and_is_used_again_after_its_restart()
    {
        OwnRedis redis = await OwnRedis.StartAsync();
        IDistributedCache store = Connect(redis.Address);
        await UntilItAnswersAsync(store);

        await redis.DisposeAsync();
        await UntilLoggedAsync(Unreachable);
        Exception? fault = await Record.ExceptionAsync(() => ReadAsync(store).WaitAsync(Patience, TestContext.Current.CancellationToken));
        await using OwnRedis again = await OwnRedis.StartAsync(redis.Address);
        await UntilItAnswersAsync(store);

        Assert.IsType<RedisConnectionException>(fault);
        await UntilLoggedAsync(Unreachable, ReachableAgain);
    }

    [Fact]
    public async Task Hanging_server_times_calls_out_and_is_used_again_when_it_responds()
    {
        await using OwnRedis redis = await OwnRedis.StartAsync();
        IDistributedCache store = Connect(redis.Address);
        await UntilItAnswersAsync(store);

        await redis.HangAsync();
        Exception? fault = await Record.ExceptionAsync(() => ReadAsync(store).WaitAsync(Patience, TestContext.Current.CancellationToken));
        await redis.ContinueAsync();

        Assert.IsType<RedisTimeoutException>(fault);
        await UntilItAnswersAsync(store);
    }

    private IDistributedCache Connect(string address) => RedisStore.Connect(new CacheSettings { Redis = address }, _logger);

    private static Task<byte[]?> ReadAsync(IDistributedCache store) => store.GetAsync("any", TestContext.Current.CancellationToken);

    /// <summary>A free address on which a server can be started.</summary>
    private static async Task<string> StoppedAsync()
    {
        await using OwnRedis redis = await OwnRedis.StartAsync();
        return redis.Address;
    }

    /// <summary>Waits until the connection is made.</summary>
    internal static async Task UntilItAnswersAsync(IDistributedCache store)
    {
        while (await Record.ExceptionAsync(() => ReadAsync(store)) is { } fault)
        {
            Assert.IsType<RedisException>(fault, exactMatch: false);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Thread-safe, because events arrive on a thread of the Redis client.</summary>
    private async Task UntilLoggedAsync(params int[] expected)
    {
        while (_logger.Collector.Count < expected.Length)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, _logger.Collector.GetSnapshot().Select(static record => record.Id.Id));
    }
}
