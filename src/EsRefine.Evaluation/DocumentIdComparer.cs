namespace EsRefine.Evaluation;

/// <summary>Orders document ids by their UTF-8 bytes, as <c>strcmp</c> does in trec_eval.</summary>
/// <remarks>
/// UTF-8 order is code point order. <see cref="string.CompareOrdinal(string, string)"/> compares UTF-16 units, where surrogate pairs (U+10000 and up) come before U+E000…U+FFFF;
/// everywhere else the two agree.
/// </remarks>
public sealed class DocumentIdComparer : IComparer<string>
{
    private const char FirstSurrogate = '\uD800';
    private const char FirstAfterSurrogates = '\uE000';

    private DocumentIdComparer()
    {
    }

    /// <summary>The order, ascending.</summary>
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

    // Two ids that differ in the second half of a pair differ there only: both units are surrogates, and their order is that of the code points.
    private static int CodePointOrder(char unit) => unit switch
    {
        >= FirstAfterSurrogates => unit - FirstAfterSurrogates + FirstSurrogate,
        >= FirstSurrogate => unit + char.MaxValue,
        _ => unit,
    };
}
