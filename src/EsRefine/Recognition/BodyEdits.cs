namespace EsRefine.Recognition;

/// <summary>Bytes that take the place of others.</summary>
/// <param name="Original">The bytes of the original body that are replaced; none: the others are inserted where it starts.</param>
/// <param name="Replacement">The bytes to write.</param>
internal readonly record struct BodyEdit(BodySlice Original, ReadOnlyMemory<byte> Replacement);

/// <summary>Splices edits into a body. Every other byte stays as it was sent.</summary>
internal static class BodyEdits
{
    /// <summary>The body with the edits applied. Edits may come in any order and may not overlap.</summary>
    /// <exception cref="ArgumentException">Edits overlap, or are edits of another body.</exception>
    public static byte[] Splice(ReadOnlyMemory<byte> body, IReadOnlyList<BodyEdit> edits)
    {
        BodyEdit[] ordered = [.. edits.OrderBy(static edit => edit.Original.Start)];
        byte[] spliced = new byte[SplicedLength(body, ordered)];
        Span<byte> rest = spliced;
        int copied = 0;
        foreach ((BodySlice original, ReadOnlyMemory<byte> replacement) in ordered)
        {
            rest = Append(rest, body.Span[copied..original.Start]);
            rest = Append(rest, replacement.Span);
            copied = original.End;
        }

        Append(rest, body.Span[copied..]);
        return spliced;
    }

    private static int SplicedLength(ReadOnlyMemory<byte> body, BodyEdit[] ordered)
    {
        int length = body.Length;
        int end = 0;
        foreach ((BodySlice original, ReadOnlyMemory<byte> replacement) in ordered)
        {
            if (original.Start < end || !original.IsOf(body))
            {
                throw new ArgumentException(
                    $"the edit at {original.Start}+{original.Length} overlaps another, or is not one of this body of {body.Length} bytes", nameof(ordered));
            }

            end = original.End;
            length = checked(length - original.Length + replacement.Length);
        }

        return length;
    }

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        return rest[bytes.Length..];
    }
}
