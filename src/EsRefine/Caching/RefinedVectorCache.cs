using System.Text.Json;
using System.Text.Json.Serialization;
using EsRefine.Configuration;
using EsRefine.Stores;
using EsRefine.Targets;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;

namespace EsRefine.Caching;

/// <summary>
/// Refined vectors, so that repeats cost nothing and all pages of one search are ranked by one vector. The latest first page decides: later pages use the
/// vector it went out with, and where it went out plain they stay plain.
/// </summary>
/// <remarks>
/// A store shared between instances is read first, and this process's own copy only where it gives nothing: so instances agree, and the pages of one instance
/// hold together while the store is unreachable. Two instances that learn the same within the same millisecond may still disagree, for the store has no lock.
/// </remarks>
internal sealed class RefinedVectorCache(
    IMemoryCache own, CacheSettings settings, UpstreamSettings upstream, TimeProvider timeProvider, ILogger<RefinedVectorCache> logger,
    IDistributedCache? store = null)
{
    /// <summary>A vector in use is kept as long as it is used, but after this many lives a first page learns it anew, since documents change.</summary>
    private const int MostLives = 6;

    /// <summary>A use renews a life after this part of it: every page need not write.</summary>
    private const double RenewedAfter = 0.1;

    /// <summary>What an entry takes beside the components and the key, in bytes: the record, its dates, the cache's own entry.</summary>
    private const int EntryBytes = 512;

    private readonly TimeSpan _life = TimeSpan.FromMinutes(settings.Minutes);

    /// <summary>False: the operator wants none.</summary>
    public bool IsOn => settings.Minutes > 0;

    /// <summary>Whether instances share their vectors.</summary>
    public bool IsShared => store is not null;

    /// <summary>What keys are made with; null = a secret of this process.</summary>
    public byte[]? Secret { get; } = SharedCache.Secret(settings, upstream.Urls);

    /// <summary>The vector for one page of a search; null where there is none that this page may go out with.</summary>
    /// <param name="key">Of the vector: <see cref="RefinedVectorKey"/>.</param>
    /// <param name="task">What it is for: a first page takes no vector that is too old, a later page only one that a first page was sent with.</param>
    /// <param name="cancellationToken">The deadline, or the caller's leaving.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<RefinedVector?> RecallAsync(string key, VectorTask task, CancellationToken cancellationToken)
    {
        RefinedVector? found = await ReadStoreAsync(key, cancellationToken) ?? own.Get<RefinedVector>(key);
        if (found is null || !found.CanReplace(task.QueryVector, task.Target.Guards.TrustRadius))
        {
            return null;
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        bool isFirstPage = task.Of.IsFirstPage;
        if (!isFirstPage && !found.IsServed)
        {
            return null;
        }

        if (isFirstPage && now - found.LearnedAt > MostLives * _life)
        {
            await ForgetAsync(key);   // should it not be learnt anew, later pages must not find it
            return null;
        }

        if (!found.IsServed || now - found.RenewedAt > RenewedAfter * _life)
        {
            await WriteAsync(key, found with { RenewedAt = now, IsServed = true });
        }

        return found;
    }

    /// <summary>What another search, here or through another instance, has learnt meanwhile; null where that cannot be read at once.</summary>
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

    /// <summary>Keeps a vector just learnt.</summary>
    /// <param name="key">Of the vector.</param>
    /// <param name="vector">The vector.</param>
    /// <param name="isServed">Whether the search it was learnt for goes out with it.</param>
    public Task KeepAsync(string key, RefinedVector vector, bool isServed)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        return WriteAsync(key, vector with { LearnedAt = now, RenewedAt = now, IsServed = isServed });
    }

    /// <summary>Null: there is no store, it is unreachable, it holds nothing of that name, or what it holds is not ours and will be written over.</summary>
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
            // A store has as many exceptions as there are stores, and none of them may cost a search. RedisStore logs its own.
            return null;
        }
    }

    private Task WriteAsync(string key, RefinedVector vector)
    {
        long bytes = EntryBytes + (sizeof(char) * key.Length) + (sizeof(float) * vector.Components.Length);
        own.Set(key, vector, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = _life, Size = bytes });
        return ShareAsync(static (store, entry) => store.SetAsync(
            entry.Key,
            JsonSerializer.SerializeToUtf8Bytes(entry.Vector, RefinedVectorJson.Default.RefinedVector),
            new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = entry.Life }), (Key: key, Vector: vector, Life: _life));
    }

    private Task ForgetAsync(string key)
    {
        own.Remove(key);
        return ShareAsync(static (store, key) => store.RemoveAsync(key), key);
    }

    /// <summary>Waits for the shared store, but not long, and does without it.</summary>
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
        catch (Exception exception)   // as above: none of them may cost a search
        {
            logger.NotShared(exception);
        }
    }
}

/// <summary>A refined vector as the shared store holds it.</summary>
[JsonSerializable(typeof(RefinedVector))]
internal sealed partial class RefinedVectorJson : JsonSerializerContext;
