namespace EsRefine.Evaluation.Statistics;

/// <summary>
/// The splitmix64 random number generator (Steele, Lea and Flood 2014). A seed gives the same numbers on every platform and in every .NET version, which
/// <see cref="Random"/> does not guarantee.
/// </summary>
/// <param name="seed">The first state.</param>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    internal ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The next index in 0 … <paramref name="count"/> − 1, computed as the high half of a 128-bit product.</summary>
    internal int NextIndex(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
