namespace EsRefine.Targets;

/// <summary>Index patterns of targets.</summary>
internal static class IndexPattern
{
    /// <summary>Whether every part of an index expression, as it stands in the path, falls under a pattern with <c>*</c>.</summary>
    /// <param name="pattern">A name, or a pattern.</param>
    /// <param name="expression">Comma-separated, percent-encoded; empty (all indices, or a PIT) falls under <c>*</c> alone.</param>
    public static bool Matches(string pattern, string expression)
    {
        if (pattern == "*")
        {
            return true;
        }

        if (expression.Length == 0)
        {
            return false;
        }

        foreach (string part in Uri.UnescapeDataString(expression).Split(','))
        {
            if (!System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, part, ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }
}
