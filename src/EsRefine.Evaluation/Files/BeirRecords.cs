namespace EsRefine.Evaluation.Files;

/// <summary>A document of a set.</summary>
/// <param name="Id">Unique in the corpus; may contain spaces.</param>
/// <param name="Title">Empty if there is none.</param>
/// <param name="Text">The body.</param>
public sealed record BeirDocument(string Id, string Title, string Text)
{
    /// <summary>The text that is embedded and judged: title, a space and text, trimmed.</summary>
    public string FullText => $"{Title} {Text}".Trim();
}

/// <summary>A query of a set.</summary>
/// <param name="Id">Unique among the queries.</param>
/// <param name="Text">The query text.</param>
public sealed record BeirQuery(string Id, string Text);

/// <summary>The documents that a query is ranked against.</summary>
public enum CandidatePool
{
    /// <summary>The whole corpus.</summary>
    Corpus,

    /// <summary>Only the documents that the qrels list for the query, with any grade.</summary>
    Listed,
}
