using EsRefine.Recognition;

namespace EsRefine.Reissue;

/// <summary>Bytes that take the place of a range of the original body.</summary>
internal readonly record struct BodyEdit(ByteRange Range, ReadOnlyMemory<byte> Replacement);

/// <summary>Splices edits into a body: every other byte stays as it was sent.</summary>
internal static class BodyEdits
{
    /// <summary>The body with the edits applied. Edits may come in any order and may not overlap.</summary>
    public static byte[] Splice(ReadOnlySpan<byte> body, IReadOnlyList<BodyEdit> edits)
    {
        throw new NotSupportedException();
    }
}
