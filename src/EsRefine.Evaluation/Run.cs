using System.Diagnostics.CodeAnalysis;

namespace EsRefine.Evaluation;

/// <summary>The results of one system: a ranked list for each query. Not thread-safe.</summary>
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
    /// <exception cref="KeyNotFoundException">The run does not contain the query.</exception>
    public RankedList this[string queryId] => _lists[queryId];

    /// <summary>Adds the results of a query. Add an empty list for a query that found nothing, so that it counts as run.</summary>
    /// <exception cref="ArgumentException">The run already contains the query.</exception>
    public void Add(string queryId, RankedList list)
    {
        if (!_lists.TryAdd(queryId, list))
        {
            throw new ArgumentException($"run '{Tag}' already contains query '{queryId}'", nameof(queryId));
        }

        _queryIds.Add(queryId);
    }

    /// <summary>Finds the list of a query.</summary>
    public bool TryGetList(string queryId, [NotNullWhen(true)] out RankedList? list) => _lists.TryGetValue(queryId, out list);
}
