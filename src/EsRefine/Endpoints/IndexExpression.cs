using System.Buffers;

namespace EsRefine.Endpoints;

/// <summary>Index expressions as they stand in the path of a request: <c>a,b-*,%3Clogs-%7Bnow%2Fd%7D%3E</c>.</summary>
internal static class IndexExpression
{
    // RFC 3986 pchar. Anything else in an index segment (a backslash, a bare space, non-ASCII) is read differently by different servers: not a candidate.
    private static readonly SearchValues<char> SegmentCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:@");

    /// <summary>Whether a segment can stand before <c>/_search</c> and mean indices there, and nothing else.</summary>
    public static bool IsSegment(ReadOnlySpan<char> segment) =>
        !segment.IsEmpty
        && (segment[0] != '_' || segment is "_all")   // no index name begins so: these are endpoints
        && !segment.ContainsAnyExcept(SegmentCharacters)
        && !IsDotSegment(segment);

    /// <summary>Names of a <c>_msearch</c> header or a URL parameter as a segment of a path; empty = all indices.</summary>
    /// <param name="names">Decoded, comma-separated.</param>
    /// <returns>Null: in a path they could mean another endpoint.</returns>
    public static string? OfNames(string names)
    {
        string segment = Uri.EscapeDataString(names).Replace("%2C", ",", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);
        return segment.Length == 0 || IsSegment(segment) ? segment : null;
    }

    /// <summary><c>.</c> and <c>..</c>, also where their dots are escaped: an intermediary may have resolved them.</summary>
    private static bool IsDotSegment(ReadOnlySpan<char> segment)
    {
        int dots = 0;
        while (!segment.IsEmpty)
        {
            int length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0)
            {
                return false;
            }

            segment = segment[length..];
            dots++;
        }

        return dots <= 2;
    }
}
