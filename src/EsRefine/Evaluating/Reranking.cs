using EsRefine.Evaluation;
using EsRefine.Judging;

namespace EsRefine.Evaluating;

/// <summary>The baseline for refinement: the same judgments, used to reorder the judged hits.</summary>
internal static class Reranking
{
    /// <summary>The judged hits, by P(relevant) and then by score, followed by the others in their original order.</summary>
    /// <remarks>The scores of the result count down to 1 and have no other meaning than the order.</remarks>
    public static RankedList Of(RankedList direct, IReadOnlyList<JudgedHit> sample)
    {
        JudgedHit[] judged =
        [
            .. sample
                .Where(static hit => hit.Judgment is not null)
                .OrderByDescending(static hit => Probability(hit.Judgment!.Value))
                .ThenBy(static hit => hit.Document, RankedList.Order),
        ];
        HashSet<string> first = judged.Select(static hit => hit.Document.DocumentId).ToHashSet(StringComparer.Ordinal);
        string[] ids =
        [
            .. judged.Select(static hit => hit.Document.DocumentId),
            .. direct.Select(static hit => hit.DocumentId).Where(id => !first.Contains(id)),
        ];
        return new(ids.Select((id, rank) => new ScoredDocument(id, ids.Length - rank)));
    }

    // Double precision, because float32 makes different judgments near 0 or 1 equal.
    private static double Probability(Judgment judgment) => judgment.Yes / (judgment.Yes + judgment.No);
}
