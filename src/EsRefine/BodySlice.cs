namespace EsRefine;

/// <summary>Some bytes of a body, and where they start in it. The default is missing: it has no bytes.</summary>
/// <remarks>Two slices are equal where they are the same place in the same buffer.</remarks>
internal readonly struct BodySlice : IEquatable<BodySlice>
{
    /// <summary>Bytes of a body.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The body does not hold all of them.</exception>
    public BodySlice(ReadOnlyMemory<byte> body, int start, int length)
        : this(body.Slice(start, length), start)
    {
    }

    private BodySlice(ReadOnlyMemory<byte> bytes, int start) => (Bytes, Start) = (bytes, start);

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Offset in the body.</summary>
    public int Start { get; }

    public int Length => Bytes.Length;

    /// <summary>Offset of the byte behind the last one.</summary>
    public int End => Start + Length;

    public ReadOnlySpan<byte> Span => Bytes.Span;

    public bool IsMissing => Bytes.IsEmpty;

    public static bool operator ==(BodySlice left, BodySlice right) => left.Equals(right);

    public static bool operator !=(BodySlice left, BodySlice right) => !left.Equals(right);

    /// <summary>The bytes from one offset in the body up to another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all among these.</exception>
    public BodySlice Between(int start, int end) => new(Bytes[(start - Start)..(end - Start)], start);

    /// <summary>Whether this is a slice of that body, rather than of another one.</summary>
    public bool IsOf(ReadOnlyMemory<byte> body) => End <= body.Length && Bytes.Equals(body[Start..End]);

    public bool Equals(BodySlice other) => Start == other.Start && Bytes.Equals(other.Bytes);

    public override bool Equals(object? obj) => obj is BodySlice other && Equals(other);

    public override int GetHashCode() => Bytes.GetHashCode();
}
