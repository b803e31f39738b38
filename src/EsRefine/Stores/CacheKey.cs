using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EsRefine.Stores;

/// <summary>
/// Builds keys of cache entries: a keyed hash of length-prefixed parts. Different lists of parts have different keys, and a key does not reveal its parts.
/// </summary>
internal sealed class CacheKey : IDisposable
{
    private static readonly byte[] ProcessSecret = RandomNumberGenerator.GetBytes(32);

    private readonly IncrementalHash _hash;

    /// <summary>Starts a key.</summary>
    /// <param name="secret">The secret of the keyed hash. Null = a secret of this process, for entries that no other process reads.</param>
    public CacheKey(byte[]? secret = null) => _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret ?? ProcessSecret);

    /// <summary>The key of an entry that only this process reads.</summary>
    /// <param name="cache">The name of the cache, used as the prefix.</param>
    /// <param name="parts">The parts that identify the entry.</param>
    public static string Of(string cache, params IEnumerable<string> parts)
    {
        using CacheKey key = new();
        foreach (string part in parts)
        {
            key.Add(part);
        }

        return key.Finish(cache);
    }

    /// <summary>Adds a part. Null differs from the empty string.</summary>
    public void Add(string? part)
    {
        AddLength(part is null ? -1 : Encoding.UTF8.GetByteCount(part));
        _hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
    }

    /// <summary>Adds a part.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        AddLength(part.Length);
        _hash.AppendData(part);
    }

    /// <summary>Adds a vector by its float32 values, independent of their spelling.</summary>
    public void Add(ReadOnlySpan<float> vector) => Add(MemoryMarshal.AsBytes(vector));

    /// <summary>Adds a variable number of parts.</summary>
    public void AddList(IReadOnlyList<string> parts)
    {
        AddLength(parts.Count);
        foreach (string part in parts)
        {
            Add(part);
        }
    }

    /// <summary>Adds a number.</summary>
    public void AddNumber(double number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }

    /// <summary>Returns the key. Call it once, after all parts have been added.</summary>
    public string Finish(string cache) => $"{cache}:{Convert.ToHexStringLower(_hash.GetHashAndReset())}";

    public void Dispose() => _hash.Dispose();

    private void AddLength(int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        _hash.AppendData(bytes);
    }
}
