using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace EsRefine.Remembering;

/// <summary>
/// A vector memory in a store that several sidecars share. After a failure or a timeout, the store is not called for
/// <see cref="Timeouts.SharedMemoryRetryInterval"/>.
/// </summary>
/// <remarks>
/// There is one entry per cell. The key is a hash of tenant, dimensions and cell; the value is the sketch and the text. If two vectors fall into one cell (one
/// in about ten thousand at a million texts of a model), the later one replaces the earlier one, which is then not found, as if it had expired.
/// </remarks>
/// <param name="store">The store. Texts are stored in the clear.</param>
/// <param name="tenant">Only sidecars with the same tenant share vectors.</param>
/// <param name="life">Lifetime of an entry.</param>
internal sealed class SharedVectorMemory(IDistributedCache store, string tenant, TimeSpan life, TimeProvider timeProvider, ILogger<SharedVectorMemory> logger)
{
    private readonly DistributedCacheEntryOptions _options = new() { AbsoluteExpirationRelativeToNow = life };
    private long _askAgain = long.MinValue;

    /// <summary>Stores the texts of one reply concurrently. Never throws.</summary>
    public Task RememberAsync(IEnumerable<(VectorSketch Sketch, string Text)> remembered) => PatientlyAsync(async cancellationToken =>
    {
        await Task.WhenAll(remembered.Select(entry => store.SetAsync(KeyOf(entry.Sketch.Key), ValueOf(entry.Sketch, entry.Text), _options, cancellationToken)));
        return null;
    });

    /// <summary>The text remembered for a vector. Null if none is found in time. Never throws.</summary>
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
            // Not every store honors the cancellation token.
            return await work(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception)   // exception types differ from store to store, and none of them may fail a search
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
