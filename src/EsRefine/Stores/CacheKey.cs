using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EsRefine.Stores;

/// <summary>Names of cache entries: a keyed hash of length-prefixed parts, so that no two lists of parts share a key and none can be read from it.</summary>
internal sealed class CacheKey : IDisposable
{
    private static readonly byte[] ProcessSecret = RandomNumberGenerator.GetBytes(32);

    private readonly IncrementalHash _hash;

    /// <summary>An empty key.</summary>
    /// <param name="secret">What the hash is keyed with; null = a secret of this process, for what no other one reads.</param>
    public CacheKey(byte[]? secret = null) => _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret ?? ProcessSecret);

    /// <summary>The key of an entry that only this process reads.</summary>
    /// <param name="cache">Whose entry it is.</param>
    /// <param name="parts">What tells it from the others.</param>
    public static string Of(string cache, params IEnumerable<string> parts)
    {
        using CacheKey key = new();
        foreach (string part in parts)
        {
            key.Add(part);
        }

        return key.Finish(cache);
    }

    /// <summary>Adds a part; null is another part than nothing.</summary>
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

    /// <summary>Adds a vector by its float32 values, however they were spelled.</summary>
    public void Add(ReadOnlySpan<float> vector) => Add(MemoryMarshal.AsBytes(vector));

    /// <summary>Adds parts whose number may vary.</summary>
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

    /// <summary>The key; nothing can be added after.</summary>
    public string Finish(string cache) => $"{cache}:{Convert.ToHexStringLower(_hash.GetHashAndReset())}";

    public void Dispose() => _hash.Dispose();

    private void AddLength(int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        _hash.AppendData(bytes);
    }
}
