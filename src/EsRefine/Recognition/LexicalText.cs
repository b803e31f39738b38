namespace EsRefine.Recognition;

/// <summary>The text that a lexical query asks for.</summary>
internal static class LexicalText
{
    /// <summary>The text of one query; null where it has none.</summary>
    /// <param name="kind">Of the query.</param>
    /// <param name="options">The value under its kind.</param>
    public static string? Of(BodyWord kind, BodyNode options) => kind switch
    {
        BodyWord.Match or BodyWord.MatchPhrase => OfMatch(options),
        BodyWord.MultiMatch or BodyWord.CombinedFields or BodyWord.QueryString or BodyWord.SimpleQueryString => In(options[BodyWord.Query]),
        _ => null,
    };

    /// <summary><c>{"title":"text"}</c> or <c>{"title":{"query":"text"}}</c>.</summary>
    private static string? OfMatch(BodyNode options)
    {
        foreach (BodyMember field in options.Members)
        {
            if (In(field.Value.IsObject ? field.Value[BodyWord.Query] : field.Value) is { } text)
            {
                return text;
            }
        }

        return null;
    }

    private static string? In(BodyNode value) => value.Text is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
