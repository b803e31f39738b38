using System.Text.Json;
using System.Text.Json.Serialization;
using EsRefine.Configuration;
using EsRefine.Stores;
using EsRefine.Targets;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;

namespace EsRefine.Caching;

/// <summary>
/// Refined vectors, so that repeats cost nothing and all pages of one search are ranked by one vector. The latest first page decides: later pages use its
/// vector, or stay unrefined where it was.
/// </summary>
/// <remarks>
/// A store shared between instances is read first, and this process's own copy only where it gives nothing: so instances agree, and the pages of one instance
/// hold together while the store is unreachable. Two instances that learn the same within the same millisecond may still disagree, for the store has no lock.
/// </remarks>
internal sealed class RefinedVectorCache(
    IMemoryCache own, CacheSettings settings, UpstreamSettings upstream, TimeProvider timeProvider, ILogger<RefinedVectorCache> logger,
    IDistributedCache? store = null)
{
    /// <summary>Each use extends the lifetime. After this many lifetimes the next first page learns the vector again, since documents change.</summary>
    private const int MaxLifetimes = 6;

    /// <summary>A use extends the lifetime only after this part of it, so that not every page writes.</summary>
    private const double RenewAfter = 0.1;

    /// <summary>What an entry takes beside the components and the key, in bytes: the record, its dates, the cache's own entry.</summary>
    private const int EntryBytes = 512;

    private readonly TimeSpan _lifetime = TimeSpan.FromMinutes(settings.Minutes);

    /// <summary>False: the cache is turned off.</summary>
    public bool IsOn => settings.Minutes > 0;

    /// <summary>Whether instances share their vectors.</summary>
    public bool IsShared => store is not null;

    /// <summary>What keys are made with; null = a secret of this process.</summary>
    public byte[]? Secret { get; } = SharedCache.Secret(settings, upstream.Urls);

    /// <summary>The vector for one page of a search; null where there is none that this page may use.</summary>
    /// <param name="key">Of the vector: <see cref="RefinedVectorKey"/>.</param>
    /// <param name="task">What it is for: a first page takes no vector that is too old, a later page only one that a first page was sent with.</param>
    /// <param name="cancellationToken">The deadline, or the caller's leaving.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async Task<RefinedVector?> RecallAsync(string key, VectorTask task, CancellationToken cancellationToken)
    {
        RefinedVector? found = await ReadStoreAsync(key, cancellationToken) ?? own.Get<RefinedVector>(key);
        if (found is null || !found.CanReplace(task.QueryVector, task.Target.Guards.TrustRadius))
        {
            return null;
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        bool isFirstPage = task.ClauseTask.IsFirstPage;
        if (!isFirstPage && !found.IsServed)
        {
            return null;
        }

        if (isFirstPage && now - found.LearnedAt > MaxLifetimes * _lifetime)
        {
            await ForgetAsync(key);   // if it is not learned again, later pages must not find it
            return null;
        }

        if (!found.IsServed || now - found.RenewedAt > RenewAfter * _lifetime)
        {
            await WriteAsync(key, found with { RenewedAt = now, IsServed = true });
        }

        return found;
    }

    /// <summary>
    /// What another search of this or another instance has learned meanwhile; null where that cannot be read within
    /// <see cref="Timeouts.SharedStoreTimeout"/>.
    /// </summary>
    public async Task<RefinedVector?> RecallAtOnceAsync(string key, VectorTask task)
    {
        using CancellationTokenSource patience = new(Timeouts.SharedStoreTimeout, timeProvider);
        try
        {
            return await RecallAsync(key, task, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Keeps a vector just learned.</summary>
    /// <param name="key">Of the vector.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="isServed">Whether the search that it was learned for is sent with it.</param>
    public Task KeepAsync(string key, RefinedVector vector, bool isServed)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        return WriteAsync(key, vector with { LearnedAt = now, RenewedAt = now, IsServed = isServed });
    }

    /// <summary>Null: there is no store, it is unreachable, it holds no such key, or the value is not ours and will be overwritten.</summary>
    private async Task<RefinedVector?> ReadStoreAsync(string key, CancellationToken cancellationToken)
    {
        if (store is null)
        {
            return null;
        }

        try
        {
            byte[]? entry = await store.GetAsync(key, cancellationToken).WaitAsync(cancellationToken);
            return entry is null ? null : JsonSerializer.Deserialize(entry, RefinedVectorJson.Default.RefinedVector);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Every store has its own exceptions, and none of them may fail a search. RedisStore logs them.
            return null;
        }
    }

    private Task WriteAsync(string key, RefinedVector vector)
    {
        long bytes = EntryBytes + (sizeof(char) * key.Length) + (sizeof(float) * vector.Components.Length);
        own.Set(key, vector, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = _lifetime, Size = bytes });
        return ShareAsync(static (store, entry) => store.SetAsync(
            entry.Key,
            JsonSerializer.SerializeToUtf8Bytes(entry.Vector, RefinedVectorJson.Default.RefinedVector),
            new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = entry.Life }), (Key: key, Vector: vector, Life: _lifetime));
    }

    private Task ForgetAsync(string key)
    {
        own.Remove(key);
        return ShareAsync(static (store, key) => store.RemoveAsync(key), key);
    }

    /// <summary>Waits for the shared store for <see cref="Timeouts.SharedStoreTimeout"/> at most, and ignores its failure.</summary>
    private async Task ShareAsync<TEntry>(Func<IDistributedCache, TEntry, Task> change, TEntry entry)
    {
        if (store is null)
        {
            return;
        }

        try
        {
            await change(store, entry).WaitAsync(Timeouts.SharedStoreTimeout, timeProvider);
        }
        catch (Exception exception)   // as above
        {
            logger.NotShared(exception);
        }
    }
}

/// <summary>A refined vector as the shared store holds it.</summary>
[JsonSerializable(typeof(RefinedVector))]
internal sealed partial class RefinedVectorJson : JsonSerializerContext;
