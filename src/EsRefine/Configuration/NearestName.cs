namespace EsRefine.Configuration;

/// <summary>The name an operator probably meant.</summary>
internal static class NearestName
{
    /// <summary>
    /// The candidate with the smallest edit distance (case ignored). Of several, one of the same length is preferred.
    /// Null if the distance is more than a third of the longer name.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int fewest = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int edits = Edits(name, candidate);
            bool isNearer = edits < fewest || (edits == fewest && candidate.Length == name.Length);
            if (isNearer && edits * 3 <= Math.Max(name.Length, candidate.Length))
            {
                (nearest, fewest) = (candidate, edits);
            }
        }

        return nearest;
    }

    /// <summary>"; did you mean 'deadlineMs'?", or the list of candidates if none is similar.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">The allowed names.</param>
    /// <param name="written">Returns the full spelling of a candidate, for names that are only the last part of it.</param>
    public static string Hint(string name, IReadOnlyCollection<string> candidates, Func<string, string>? written = null)
    {
        written ??= static candidate => candidate;
        return Of(name, candidates) is { } nearest
            ? $"; did you mean '{written(nearest)}'?"
            : $"; expected one of: {string.Join(", ", candidates.Select(written))}";
    }

    /// <summary>Optimal string alignment distance: inserting, removing, replacing a letter and swapping two neighbors cost one each.</summary>
    private static int Edits(string a, string b)
    {
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            edits[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            edits[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                int fewest = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + change);
                bool swapped = i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]);
                edits[i, j] = swapped ? Math.Min(fewest, edits[i - 2, j - 2] + 1) : fewest;
            }
        }

        return edits[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
