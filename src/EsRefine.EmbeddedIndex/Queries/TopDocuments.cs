namespace EsRefine.EmbeddedIndex.Queries;

/// <summary>A document with its score.</summary>
internal readonly record struct RankedDocument(int Ordinal, float Score);

/// <summary>The best of many scores.</summary>
internal static class TopDocuments
{
    // The queue gives up its least element: the lowest score, of equals the one written last.
    private static readonly Comparer<RankedDocument> WorstFirst = Comparer<RankedDocument>.Create(static (left, right) =>
        left.Score != right.Score ? left.Score.CompareTo(right.Score) : right.Ordinal.CompareTo(left.Ordinal));

    /// <summary>The <paramref name="count"/> highest scores that are not NaN, best first; equal scores in the order of writing, as Lucene has it.</summary>
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
