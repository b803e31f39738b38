namespace EsRefine.Evaluation;

/// <summary>Orders document ids by their UTF-8 bytes, as <c>strcmp</c> does in trec_eval.</summary>
/// <remarks>
/// UTF-8 order is code point order. <see cref="string.CompareOrdinal(string, string)"/> compares UTF-16 units, which places surrogate pairs (U+10000 and
/// up) before U+E000…U+FFFF. The two orders are otherwise the same.
/// </remarks>
public sealed class DocumentIdComparer : IComparer<string>
{
    private const char FirstSurrogate = '\uD800';
    private const char FirstAfterSurrogates = '\uE000';

    private DocumentIdComparer()
    {
    }

    /// <summary>The comparer for ascending order.</summary>
    public static DocumentIdComparer Ascending { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        int same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : CodePointOrder(left[same]).CompareTo(CodePointOrder(right[same]));
    }

    // If two ids first differ in the second unit of a surrogate pair, both units are low surrogates, and their order is the order of the code points.
    private static int CodePointOrder(char unit) => unit switch
    {
        >= FirstAfterSurrogates => unit - FirstAfterSurrogates + FirstSurrogate,
        >= FirstSurrogate => unit + char.MaxValue,
        _ => unit,
    };
}
