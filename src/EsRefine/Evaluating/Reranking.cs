using EsRefine.Evaluation;
using EsRefine.Judging;

namespace EsRefine.Evaluating;

/// <summary>The system refinement must beat: the same judgments, spent on reordering the hits that were judged.</summary>
internal static class Reranking
{
    /// <summary>The judged hits first, by P(relevant), then by their score; all others behind them in the order they had.</summary>
    /// <remarks>The scores of the result count down to 1: they carry the order and nothing else.</remarks>
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

    // In double precision: near certainty float32 makes ties of judgments that differ.
    private static double Probability(Judgment judgment) => judgment.Yes / (judgment.Yes + judgment.No);
}
