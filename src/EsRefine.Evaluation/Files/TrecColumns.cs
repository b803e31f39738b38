using System.Buffers;

namespace EsRefine.Evaluation.Files;

/// <summary>Splits columns as trec_eval does: at the white space of C's <c>isspace</c>. Other white space (U+00A0) is part of an id.</summary>
internal static class TrecColumns
{
    private static readonly char[] Separators = [' ', '\t', '\n', '\v', '\f', '\r'];
    private static readonly SearchValues<char> SeparatorSet = SearchValues.Create(Separators);

    internal static string[] Split(string line) => line.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a value can be written to a column: it is not empty and contains no white space.</summary>
    internal static bool CanHold(string value) => value.Length > 0 && !value.AsSpan().ContainsAny(SeparatorSet);
}
