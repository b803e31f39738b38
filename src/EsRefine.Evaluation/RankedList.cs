using System.Collections;

namespace EsRefine.Evaluation;

/// <summary>The documents retrieved for one query, in trec_eval's order: score descending, then document id descending by UTF-8 bytes.</summary>
/// <remarks>
/// Scores are compared as float32, because trec_eval up to 9.0.8 (and so pytrec_eval and ir-measures) stores them that way. Scores that differ only in
/// double precision are ties. The input order does not matter.
/// </remarks>
public sealed class RankedList : IReadOnlyList<ScoredDocument>
{
    private readonly ScoredDocument[] _documents;

    /// <summary>Ranks the documents.</summary>
    /// <exception cref="ArgumentException">A document occurs twice, or a score is NaN.</exception>
    public RankedList(IEnumerable<ScoredDocument> documents)
    {
        _documents = [.. documents];
        HashSet<string> seen = new(_documents.Length, StringComparer.Ordinal);
        foreach (ScoredDocument document in _documents)
        {
            if (!seen.Add(document.DocumentId))
            {
                throw new ArgumentException($"document '{document.DocumentId}' is in the list twice; list each document once", nameof(documents));
            }

            if (double.IsNaN(document.Score))
            {
                throw new ArgumentException($"the score of document '{document.DocumentId}' is not a number, so it has no rank", nameof(documents));
            }
        }

        Array.Sort(_documents, Order);
    }

    /// <summary>The order of a ranking: best first.</summary>
    public static IComparer<ScoredDocument> Order { get; } = Comparer<ScoredDocument>.Create(static (x, y) =>
    {
        int byScore = ((float)y.Score).CompareTo((float)x.Score);
        return byScore != 0 ? byScore : DocumentIdComparer.Ascending.Compare(y.DocumentId, x.DocumentId);
    });

    /// <summary>The list of a query that found nothing.</summary>
    public static RankedList Empty { get; } = new([]);

    /// <summary>Number of documents retrieved.</summary>
    public int Count => _documents.Length;

    /// <summary>The document at a rank, starting at 0.</summary>
    public ScoredDocument this[int index] => _documents[index];

    /// <summary>The documents, best first.</summary>
    public ReadOnlySpan<ScoredDocument> AsSpan() => _documents;

    /// <summary>The first <paramref name="cutoff"/> documents, or the whole list if it is null.</summary>
    internal ReadOnlySpan<ScoredDocument> Top(int? cutoff) => _documents.AsSpan(0, Math.Min(cutoff ?? _documents.Length, _documents.Length));

    /// <inheritdoc/>
    public IEnumerator<ScoredDocument> GetEnumerator() => ((IEnumerable<ScoredDocument>)_documents).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
