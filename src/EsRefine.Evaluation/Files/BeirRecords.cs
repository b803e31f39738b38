namespace EsRefine.Evaluation.Files;

/// <summary>A document of a set.</summary>
/// <param name="Id">Unique in the corpus; may hold spaces.</param>
/// <param name="Title">Empty where there is none.</param>
/// <param name="Text">The body.</param>
public sealed record BeirDocument(string Id, string Title, string Text)
{
    /// <summary>What is embedded and judged: title, a space, text; trimmed.</summary>
    public string FullText => $"{Title} {Text}".Trim();
}

/// <summary>A query of a set.</summary>
/// <param name="Id">Unique among the queries.</param>
/// <param name="Text">What is searched for.</param>
public sealed record BeirQuery(string Id, string Text);

/// <summary>The documents that a query is ranked against.</summary>
public enum CandidatePool
{
    /// <summary>The whole corpus.</summary>
    Corpus,

    /// <summary>Only the documents that the qrels list for the query, with whatever grade.</summary>
    Listed,
}
