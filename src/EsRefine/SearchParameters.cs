using System.Collections.Frozen;
using System.Text;

namespace EsRefine;

/// <summary>URL parameters of a search that EsRefine's own requests keep, written as the client wrote them.</summary>
internal static class SearchParameters
{
    /// <summary>What decides which indices an expression means.</summary>
    public static readonly FrozenSet<string> IndexResolution = FrozenSet.ToFrozenSet(
        ["expand_wildcards", "ignore_unavailable", "allow_no_indices"], StringComparer.Ordinal);

    /// <summary>Parameters that decide where a search runs and which documents it can see, but not those that shape the reply.</summary>
    public static readonly FrozenSet<string> Sample = FrozenSet.ToFrozenSet(
        [
            .. IndexResolution, "routing", "preference", "search_pipeline", "project_routing", "allow_partial_search_results", "ccs_minimize_roundtrips",
        ],
        StringComparer.Ordinal);

    /// <summary>What decides which documents a search can find: two requests that agree on it learn from the same ones.</summary>
    public static readonly FrozenSet<string> Documents = FrozenSet.ToFrozenSet(
        [.. IndexResolution, "routing", "search_pipeline", "project_routing"], StringComparer.Ordinal);

    /// <summary>The query string with only these parameters, with its question mark; empty where none is left.</summary>
    public static string Keep(string queryString, FrozenSet<string> names)
    {
        if (queryString.Length < 2)
        {
            return "";
        }

        StringBuilder? kept = null;
        foreach (Range part in queryString.AsSpan(1).Split('&'))
        {
            ReadOnlySpan<char> parameter = queryString.AsSpan(1)[part];
            int equals = parameter.IndexOf('=');
            if (names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(equals < 0 ? parameter : parameter[..equals]))
            {
                kept ??= new StringBuilder();
                kept.Append(kept.Length == 0 ? '?' : '&').Append(parameter);
            }
        }

        return kept?.ToString() ?? "";
    }

    /// <summary>The decoded value of a parameter; of several, the last one counts, as in the engines. Null: there is none.</summary>
    public static string? Value(string queryString, string name)
    {
        string? value = null;
        foreach (string parameter in queryString.TrimStart('?').Split('&'))
        {
            string[] parts = parameter.Split('=', 2);
            if (parts.Length == 2 && Decode(parts[0]) == name)
            {
                value = Decode(parts[1]);
            }
        }

        return value;

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
