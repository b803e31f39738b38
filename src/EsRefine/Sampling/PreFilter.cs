using System.Text.Json;
using EsRefine.Recognition;

namespace EsRefine.Sampling;

/// <summary>Filters that a sampled clause applies before it ranks.</summary>
/// <param name="Filters">Every one must be met.</param>
/// <param name="IsCopied">Whether the only filter is written as the client wrote it, without a <c>bool</c> around it.</param>
/// <param name="LeavesOthers">Whether filters behind the clause remove some of its hits.</param>
internal readonly record struct PreFilter(IReadOnlyList<EnclosingFilter> Filters, bool IsCopied, bool LeavesOthers)
{
    /// <summary>Of a clause on a flat field: all filters of the search.</summary>
    public static PreFilter OfHits(KnnClause clause) => new(clause.Filters, IsCopied: false, LeavesOthers: false);

    /// <summary>Of a clause on nested documents: its own filter.</summary>
    // With a bool around it, the engines no longer see which level of documents the filter applies to.
    public static PreFilter OfPassages(KnnClause clause) => new(
        [.. clause.Filters.Where(static filter => filter.IsOwn).Take(1)], IsCopied: true, LeavesOthers: clause.Filters.Any(static filter => !filter.IsOwn));

    /// <summary>Writes the member <c>filter</c>, or nothing where there is no filter.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (Filters.Count == 0)
        {
            return;
        }

        if (IsCopied)
        {
            json.WriteCopy("filter", Filters[0].Json);
        }
        else
        {
            json.WritePropertyName("filter");
            json.WriteBool(Filters);
        }
    }
}
