namespace EsRefine.Recognition;

/// <summary>A <c>wrapper</c> query: <c>{"wrapper":{"query":"eyJtYXRjaF9hbGwiOnt9fQ=="}}</c>.</summary>
/// <param name="Query">All of it, for which the query it holds can stand.</param>
/// <param name="Text">The string with its quotes: Base64 of that query's JSON.</param>
internal readonly record struct WrapperQuery(BodySlice Query, BodySlice Text);

/// <summary>Finds <c>wrapper</c> queries. The queries in them are read once they stand in their places (see <see cref="OpenedBody"/>).</summary>
internal static class WrapperQueries
{
    /// <summary>Neither engine takes anything but the text, a boost included.</summary>
    public static void Read(BodyNode query, BodyNode options, Findings findings)
    {
        BodyNode text = options[BodyWord.Query];
        if (!text.IsString || options.HasSeveralMembers)
        {
            findings.Refuse();
            return;
        }

        findings.Add(new WrapperQuery(query.Json, text.Json));
    }
}
