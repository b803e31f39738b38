using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EsRefine.Caching;

/// <summary>Names of cache entries: a keyed hash of length-prefixed parts, so that no two lists of parts share a key and none can be read from it.</summary>
internal static class CacheKey
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>The key of an entry.</summary>
    /// <param name="cache">Whose entry it is.</param>
    /// <param name="parts">What tells it from the others.</param>
    public static string Of(string cache, params ReadOnlySpan<string> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Secret);
        foreach (string part in parts)
        {
            Append(hash, part);
        }

        return $"{cache}:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static void Append(IncrementalHash hash, string part)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
