using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace EsRefine.Remembering;

/// <summary>The same memory in a store that several sidecars share. Slow or broken, it is done without: for a while it is not asked again.</summary>
/// <remarks>
/// One entry per cell: its key a hash of tenant, dimensions and cell, its value the sketch and the text. Two vectors of one cell, one in some ten thousand at a
/// million texts of a model, push each other out; the one that came first is then not found, as if it had expired.
/// </remarks>
/// <param name="store">Where entries lie; texts are readable there.</param>
/// <param name="tenant">Whose vectors these are: only sidecars that say the same name share them.</param>
/// <param name="life">How long an entry is kept.</param>
internal sealed class SharedVectorMemory(IDistributedCache store, string tenant, TimeSpan life, TimeProvider timeProvider, ILogger<SharedVectorMemory> logger)
{
    private readonly DistributedCacheEntryOptions _options = new() { AbsoluteExpirationRelativeToNow = life };
    private long _askAgain = long.MinValue;

    /// <summary>Keeps texts, of one reply, at once. Throws nothing.</summary>
    public Task RememberAsync(IEnumerable<(VectorSketch Sketch, string Text)> remembered) => PatientlyAsync(async cancellationToken =>
    {
        await Task.WhenAll(remembered.Select(entry => store.SetAsync(KeyOf(entry.Sketch.Key), ValueOf(entry.Sketch, entry.Text), _options, cancellationToken)));
        return null;
    });

    /// <summary>The text whose vector this is; null where none is found in time. Throws nothing.</summary>
    public Task<string?> FindAsync(VectorSketch sketch) => PatientlyAsync(async cancellationToken =>
    {
        ulong[] keys = new ulong[VectorSketch.MaxProbes];
        int count = sketch.Probes(keys);
        byte[]?[] values = await Task.WhenAll(keys.Take(count).Select(key => store.GetAsync(KeyOf(key), cancellationToken)));
        byte[]? match = Array.Find(values, value => value?.Length > VectorSketch.Size && sketch.Matches(value));
        return match is null ? null : Encoding.UTF8.GetString(match.AsSpan(VectorSketch.Size));
    });

    private async Task<string?> PatientlyAsync(Func<CancellationToken, Task<string?>> work)
    {
        if (timeProvider.GetTimestamp() < Volatile.Read(ref _askAgain))
        {
            return null;
        }

        using CancellationTokenSource patience = new(Timeouts.SharedMemoryTimeout, timeProvider);
        try
        {
            // Not every store heeds a cancellation.
            return await work(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception)   // a store has as many exceptions as there are stores, and none of them may cost a search
        {
            long interval = (long)(Timeouts.SharedMemoryRetryInterval.TotalSeconds * timeProvider.TimestampFrequency);
            Volatile.Write(ref _askAgain, timeProvider.GetTimestamp() + interval);
            logger.SharedMemoryFailed(
                exception is OperationCanceledException ? $"no answer within {Timeouts.SharedMemoryTimeout.TotalMilliseconds:0} ms" : exception.Message);
            return null;
        }
    }

    private string KeyOf(ulong cell)
    {
        byte[] name = Encoding.UTF8.GetBytes(tenant);
        byte[] parts = new byte[name.Length + sizeof(ulong)];
        name.CopyTo(parts, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(parts.AsSpan(name.Length), cell);
        return $"esrefine:vector:{Convert.ToHexStringLower(SHA256.HashData(parts).AsSpan(0, 16))}";
    }

    private static byte[] ValueOf(in VectorSketch sketch, string text)
    {
        byte[] value = new byte[VectorSketch.Size + Encoding.UTF8.GetByteCount(text)];
        sketch.CopyTo(value);
        Encoding.UTF8.GetBytes(text, value.AsSpan(VectorSketch.Size));
        return value;
    }
}
