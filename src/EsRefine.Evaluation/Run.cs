using System.Diagnostics.CodeAnalysis;

namespace EsRefine.Evaluation;

/// <summary>A ranked list for each query: what one system retrieved. Filled query by query, from one thread.</summary>
/// <param name="tag">The system's name, the last column of a TREC run file.</param>
public sealed class Run(string tag)
{
    private readonly Dictionary<string, RankedList> _lists = new(StringComparer.Ordinal);
    private readonly List<string> _queryIds = [];

    /// <summary>The system's name: <c>knn</c>, <c>rocchio@0.3</c>.</summary>
    public string Tag { get; } = tag;

    /// <summary>The queries, in the order they were added.</summary>
    public IReadOnlyList<string> QueryIds => _queryIds;

    /// <summary>The list of a query.</summary>
    /// <exception cref="KeyNotFoundException">The run has none.</exception>
    public RankedList this[string queryId] => _lists[queryId];

    /// <summary>Adds what was retrieved for a query; an empty list too, which says that the query ran and found nothing.</summary>
    /// <exception cref="ArgumentException">The run holds the query already.</exception>
    public void Add(string queryId, RankedList list)
    {
        if (!_lists.TryAdd(queryId, list))
        {
            throw new ArgumentException($"run '{Tag}' holds query '{queryId}' already", nameof(queryId));
        }

        _queryIds.Add(queryId);
    }

    /// <summary>Finds the list of a query.</summary>
    public bool TryGetList(string queryId, [NotNullWhen(true)] out RankedList? list) => _lists.TryGetValue(queryId, out list);
}
