using System.Collections.Concurrent;
using System.Text.Json;
using EsRefine.Configuration;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using StackExchange.Redis;

namespace EsRefine.Caching;

/// <summary>
/// Refined vectors, so that repeats cost nothing and all pages of one search are ranked by one vector. The latest first page decides: later pages use the
/// vector it went out with, and where it went out plain they stay plain.
/// </summary>
/// <remarks>
/// A store shared between instances is read first, and this process's own copy only where it gives nothing: so instances agree, and the pages of one instance
/// hold together while the store is away. Two instances that learn the same within the same millisecond may still disagree, for the store has no lock.
/// Failures are never kept.
/// </remarks>
internal sealed partial class RefinedVectorCache(
    HybridCache cache, CacheSettings settings, TimeProvider timeProvider, ILogger<RefinedVectorCache> logger, IDistributedCache? store = null)
{
    /// <summary>A vector in use is kept as long as it is used, but after this many lives a first page learns it anew, since documents change.</summary>
    private const int MostLives = 6;

    /// <summary>A use renews a life after this part of it: every page need not write.</summary>
    private const double RenewedAfter = 0.1;

    /// <summary>
    /// Time a search waits for the shared store, once to look again and once to write: its deadline may have passed already, and it is to be on its way within
    /// 50 ms of it.
    /// </summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromMilliseconds(20);

    private static readonly HybridCacheEntryOptions ReadStore =
        new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCache };

    private static readonly HybridCacheEntryOptions ReadOwn =
        new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableDistributedCache };

    private readonly TimeSpan _life = TimeSpan.FromMinutes(settings.Minutes);
    private readonly ConcurrentDictionary<string, Task<RefinedClause?>> _inFlight = new(StringComparer.Ordinal);

    /// <summary>False: the operator wants none.</summary>
    public bool IsOn => settings.Minutes > 0;

    /// <summary>What keys are made with; null = a secret of this process.</summary>
    public byte[]? Secret { get; } = SharedCache.Secret(settings);

    /// <summary>The vector for one page of a search.</summary>
    /// <param name="key">Of the vector: <see cref="RefinedVectorKey"/>.</param>
    /// <param name="isSound">Whether a vector remembered by a store that others write to can be used.</param>
    /// <param name="isFirstPage">A first page without a remembered vector learns one; a later page does not.</param>
    /// <param name="cancellationToken">The deadline, or the caller's leaving.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<RefinedVector?> RecallAsync(string key, Predicate<RefinedVector> isSound, bool isFirstPage, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not { } found || !isSound(found))
        {
            return null;
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        if (!isFirstPage && !found.IsServed)
        {
            return null;
        }

        if (isFirstPage && now - found.LearnedAt > MostLives * _life)
        {
            await SharingAsync(cache.RemoveAsync(key, CancellationToken.None));   // should it not be learnt anew, later pages must not find it
            return null;
        }

        if (!found.IsServed || now - found.RenewedAt > RenewedAfter * _life)
        {
            await KeepAsync(key, found with { RenewedAt = now, IsServed = true });
        }

        return found;
    }

    /// <summary>
    /// The vector for a first page: remembered, or learnt. Of several searches that want to learn the same at once, one does and the others wait for it.
    /// </summary>
    /// <param name="key">Of the vector.</param>
    /// <param name="isSound">As above.</param>
    /// <param name="learn">Refines the clause; what it throws comes through.</param>
    /// <param name="cancellationToken">The deadline, or the caller's leaving.</param>
    /// <returns>A vector from memory, or else what was learnt, by us or by the one we waited for.</returns>
    public async Task<(RefinedVector? Remembered, RefinedClause? Learnt)> RecallOrLearnAsync(
        string key, Predicate<RefinedVector> isSound, Func<Task<RefinedClause>> learn, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await RecallAsync(key, isSound, isFirstPage: true, cancellationToken) is { } remembered)
            {
                return (remembered, null);
            }

            TaskCompletionSource<RefinedClause?> ours = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<RefinedClause?> inFlight = _inFlight.GetOrAdd(key, ours.Task);
            if (inFlight == ours.Task)
            {
                return await LearnAsync(key, isSound, learn, ours, isServed: true);
            }

            if (await inFlight.WaitAsync(cancellationToken) is { Vector: null } refused)
            {
                return (null, refused);
            }

            // There is a vector now, or whoever was learning has left before the end and it is our turn.
        }
    }

    /// <summary>
    /// The vector for a later page: that of its first page, which may be learning it at this moment. Without one, or where learning came to nothing, null.
    /// </summary>
    /// <param name="key">Of the vector.</param>
    /// <param name="isSound">As above.</param>
    /// <param name="cancellationToken">The deadline, or the caller's leaving.</param>
    public async Task<RefinedVector?> RecallForLaterPageAsync(string key, Predicate<RefinedVector> isSound, CancellationToken cancellationToken)
    {
        bool isLearning = _inFlight.TryGetValue(key, out Task<RefinedClause?>? learning);
        if (await RecallAsync(key, isSound, isFirstPage: false, cancellationToken) is { } known)
        {
            return known;
        }

        if (!isLearning)
        {
            return null;
        }

        await learning!.WaitAsync(cancellationToken);
        return await RecallAsync(key, isSound, isFirstPage: false, cancellationToken);
    }

    /// <summary>Learns a vector for the next first page, unless somebody is learning it already.</summary>
    public async Task LearnAheadAsync(string key, Predicate<RefinedVector> isSound, Func<Task<RefinedClause>> learn)
    {
        TaskCompletionSource<RefinedClause?> ours = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_inFlight.TryAdd(key, ours.Task))
        {
            await LearnAsync(key, isSound, learn, ours, isServed: false);
        }
    }

    private async Task<(RefinedVector? Remembered, RefinedClause? Learnt)> LearnAsync(
        string key, Predicate<RefinedVector> isSound, Func<Task<RefinedClause>> learn, TaskCompletionSource<RefinedClause?> ours, bool isServed)
    {
        RefinedClause? learnt = null;
        try
        {
            if (isServed && await RecallFromOthersAsync(key, isSound) is { } justLearnt)
            {
                return (justLearnt, null);   // whoever was learning came to the end between our look and our turn
            }

            learnt = await learn();
            if (learnt.Vector is { } vector)
            {
                if (store is not null && await RecallFromOthersAsync(key, isSound) is { } theirs)
                {
                    return (theirs, null);
                }

                DateTimeOffset now = timeProvider.GetUtcNow();
                await KeepAsync(key, vector with { LearnedAt = now, RenewedAt = now, IsServed = isServed });
            }

            return (null, learnt);
        }
        finally
        {
            _inFlight.TryRemove(key, out _);
            ours.SetResult(learnt);   // null: it has not come to its end
        }
    }

    /// <summary>What another search, here or through another instance, has learnt meanwhile: all pages are to have one vector.</summary>
    private async Task<RefinedVector?> RecallFromOthersAsync(string key, Predicate<RefinedVector> isSound)
    {
        using CancellationTokenSource patience = new(StorePatience, timeProvider);
        try
        {
            return await RecallAsync(key, isSound, isFirstPage: true, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<RefinedVector?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            if (store is not null && await ReadAsync(key, ReadStore, cancellationToken) is { } shared)
            {
                return shared;
            }
        }
        catch (JsonException)
        {
            // Not one of ours: it will be written over.
        }

        return await ReadAsync(key, ReadOwn, cancellationToken);
    }

    private Task<RefinedVector?> ReadAsync(string key, HybridCacheEntryOptions from, CancellationToken cancellationToken) =>
        cache.GetOrCreateAsync(key, static _ => ValueTask.FromResult<RefinedVector?>(null), from, cancellationToken: cancellationToken)
            .AsTask()
            .WaitAsync(cancellationToken);

    private async Task KeepAsync(string key, RefinedVector vector)
    {
        HybridCacheEntryOptions own = new() { Expiration = _life, LocalCacheExpiration = _life, Flags = HybridCacheEntryFlags.DisableDistributedCache };
        await cache.SetAsync(key, vector, own);
        if (store is null)
        {
            return;
        }

        HybridCacheEntryOptions shared = new() { Expiration = _life, Flags = HybridCacheEntryFlags.DisableLocalCache };
        await SharingAsync(cache.SetAsync(key, vector, shared));
    }

    /// <summary>Waits for the shared store, but not long, and does without it.</summary>
    private async Task SharingAsync(ValueTask change)
    {
        try
        {
            await change.AsTask().WaitAsync(StorePatience, timeProvider);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogNotShared(logger, exception);
        }
    }

    [LoggerMessage(600, LogLevel.Warning,
        "The shared cache did not take a refined vector in time: another instance would answer the next pages of that search plain. Check cache.redis.")]
    private static partial void LogNotShared(ILogger logger, Exception exception);
}
