namespace EsRefine.Endpoints;

/// <summary>One search of an <c>_msearch</c> body.</summary>
/// <param name="Header">What its header line says.</param>
/// <param name="Body">The body line without its newline.</param>
internal readonly record struct MultiSearchItem(MultiSearchHeader Header, BodySlice Body);

/// <summary>The framing of <c>_msearch</c>: a header line and a body line per search, each ended by a newline.</summary>
internal static class MultiSearchBody
{
    /// <summary>A body with more searches is forwarded unchanged.</summary>
    public const int MaxSearches = 10_000;

    /// <summary>The searches, in order.</summary>
    /// <param name="body">The whole body.</param>
    /// <returns>
    /// Null where the cluster rejects the whole body, or may do so: no last newline, an empty search, a header that is no strict JSON, a key it does not know.
    /// </returns>
    // A first empty line is a header without keys to Elasticsearch 8 and newer; OpenSearch, and Elasticsearch asked for version 7, skip it. The lines
    // decide: read in the wrong way, a search stands in the place of a header, and the cluster rejects that.
    public static List<MultiSearchItem>? Read(ReadOnlyMemory<byte> body) =>
        Read(body, start: 0) ?? (body.Span is [(byte)'\n', ..] ? Read(body, start: 1) : null);

    private static List<MultiSearchItem>? Read(ReadOnlyMemory<byte> body, int start)
    {
        List<MultiSearchItem> items = [];
        while (start < body.Length)
        {
            if (NextLine(body, ref start) is not { } header || MultiSearchHeader.Read(header.Span) is not { } values)
            {
                return null;
            }

            if (start == body.Length)
            {
                break;   // a header without a body at the very end is ignored
            }

            if (NextLine(body, ref start) is not { } search || search.Span.Trim(" \t\r"u8).IsEmpty || items.Count == MaxSearches)
            {
                return null;
            }

            items.Add(new(values, search));
        }

        return items;
    }

    private static BodySlice? NextLine(ReadOnlyMemory<byte> body, ref int start)
    {
        int length = body.Span[start..].IndexOf((byte)'\n');
        if (length < 0)
        {
            return null;
        }

        BodySlice line = new(body, start, length);
        start += length + 1;
        return line;
    }
}
