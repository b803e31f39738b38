namespace EsRefine;

/// <summary>A run of bytes of the request body.</summary>
internal readonly record struct ByteRange(int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> body) => body.Slice(Start, Length);
}
