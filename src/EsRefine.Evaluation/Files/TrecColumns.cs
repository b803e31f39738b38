using System.Buffers;

namespace EsRefine.Evaluation.Files;

/// <summary>Columns as trec_eval splits them: by the white space of C's <c>isspace</c>. Other white space (U+00A0) is part of an id.</summary>
internal static class TrecColumns
{
    private static readonly char[] Separators = [' ', '\t', '\n', '\v', '\f', '\r'];
    private static readonly SearchValues<char> SeparatorSet = SearchValues.Create(Separators);

    internal static string[] Split(string line) => line.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a value can stand in a column: it is not empty and holds no white space.</summary>
    internal static bool CanHold(string value) => value.Length > 0 && !value.AsSpan().ContainsAny(SeparatorSet);
}
