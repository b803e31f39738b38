using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EsRefine.Tests.Caching;

/// <summary>A store that several sidecars share, in memory. Nothing expires here: the clock of the tests that use it stands still.</summary>
internal sealed class SharedStore : IDistributedCache
{
    private readonly TaskCompletionSource _hasEntry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public ConcurrentDictionary<string, byte[]> Entries { get; } = new();

    /// <summary>Completes with the first entry.</summary>
    public Task WaitForEntryAsync(CancellationToken cancellationToken) => _hasEntry.Task.WaitAsync(cancellationToken);

    /// <summary>Thrown by everything; null = the store works.</summary>
    public Exception? Fault { get; set; }

    /// <summary>
    /// Makes a sidecar use this store, and a clock that stands still: a search waits for its shared cache for some milliseconds only, which a busy machine may
    /// take for any call.
    /// </summary>
    public void AddTo(IServiceCollection services) => services.AddSingleton<IDistributedCache>(this).AddSingleton<TimeProvider>(_time);

    public byte[]? Get(string key) => Fault is null ? Entries.GetValueOrDefault(key) : throw Fault;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        Fault is null ? Task.FromResult(Get(key)) : Task.FromException<byte[]?>(Fault);

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        Entries[key] = Fault is null ? value : throw Fault;
        _hasEntry.TrySetResult();
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        if (Fault is not null)
        {
            return Task.FromException(Fault);
        }

        Set(key, value, options);
        return Task.CompletedTask;
    }

    public void Refresh(string key)
    {
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => Entries.TryRemove(key, out _);

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }
}
