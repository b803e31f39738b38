namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>A document with its score.</summary>
internal readonly record struct RankedDocument(int Ordinal, float Score);

/// <summary>Selects the highest scores.</summary>
internal static class TopDocuments
{
    // The queue removes its smallest element first: the lowest score, and among equal scores the document written last.
    private static readonly Comparer<RankedDocument> WorstFirst = Comparer<RankedDocument>.Create(static (left, right) =>
        left.Score != right.Score ? left.Score.CompareTo(right.Score) : right.Ordinal.CompareTo(left.Ordinal));

    /// <summary>
    /// Returns the <paramref name="count"/> highest scores that are not NaN, best first. Equal scores are in the order of writing, as in Lucene.
    /// </summary>
    public static RankedDocument[] Of(ReadOnlySpan<float> scores, int count)
    {
        PriorityQueue<RankedDocument, RankedDocument> best = new(WorstFirst);
        for (int ordinal = 0; ordinal < scores.Length && count > 0; ordinal++)
        {
            if (float.IsNaN(scores[ordinal]))
            {
                continue;
            }

            RankedDocument document = new(ordinal, scores[ordinal]);
            if (best.Count < count)
            {
                best.Enqueue(document, document);
            }
            else if (WorstFirst.Compare(document, best.Peek()) > 0)
            {
                best.EnqueueDequeue(document, document);
            }
        }

        RankedDocument[] ranked = new RankedDocument[best.Count];
        for (int i = ranked.Length - 1; i >= 0; i--)
        {
            ranked[i] = best.Dequeue();
        }

        return ranked;
    }
}
