namespace EsRefine.Recognition;

/// <summary>Bytes that take the place of a range of the original body.</summary>
internal readonly record struct BodyEdit(ByteRange Range, ReadOnlyMemory<byte> Replacement);

/// <summary>Splices edits into a body: every other byte stays as it was sent.</summary>
internal static class BodyEdits
{
    /// <summary>The body with the edits applied. Edits may come in any order and may not overlap.</summary>
    /// <exception cref="ArgumentException">Edits overlap or reach out of the body.</exception>
    public static byte[] Splice(ReadOnlySpan<byte> body, IReadOnlyList<BodyEdit> edits)
    {
        BodyEdit[] ordered = [.. edits.OrderBy(static edit => edit.Range.Start)];
        byte[] spliced = new byte[SplicedLength(body.Length, ordered)];
        Span<byte> rest = spliced;
        int copied = 0;
        foreach ((ByteRange range, ReadOnlyMemory<byte> replacement) in ordered)
        {
            rest = Append(rest, body[copied..range.Start]);
            rest = Append(rest, replacement.Span);
            copied = range.End;
        }

        Append(rest, body[copied..]);
        return spliced;
    }

    private static int SplicedLength(int bodyLength, BodyEdit[] ordered)
    {
        int length = bodyLength;
        int end = 0;
        foreach ((ByteRange range, ReadOnlyMemory<byte> replacement) in ordered)
        {
            if (range.Start < end || range.Length < 0 || range.Length > bodyLength - range.Start)
            {
                throw new ArgumentException(
                    $"edit at {range.Start}+{range.Length} overlaps another, or reaches out of the body of {bodyLength} bytes", nameof(ordered));
            }

            end = range.End;
            length = checked(length - range.Length + replacement.Length);
        }

        return length;
    }

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        return rest[bytes.Length..];
    }
}
