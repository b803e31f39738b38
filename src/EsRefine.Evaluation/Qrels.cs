using System.Diagnostics.CodeAnalysis;

namespace EsRefine.Evaluation;

/// <summary>The relevance judgments that a run is scored against, by query.</summary>
public sealed class Qrels
{
    private readonly Dictionary<string, TopicJudgments> _topics = new(StringComparer.Ordinal);

    /// <summary>Collects the judgments of each query.</summary>
    /// <exception cref="ArgumentException">A query occurs twice.</exception>
    public Qrels(IEnumerable<TopicJudgments> topics)
    {
        Topics = [.. topics];
        foreach (TopicJudgments topic in Topics)
        {
            if (!_topics.TryAdd(topic.QueryId, topic))
            {
                throw new ArgumentException($"the judgments of query '{topic.QueryId}' were given twice", nameof(topics));
            }
        }
    }

    /// <summary>The judged queries, in input order. In a file, this is the order of each query's first line.</summary>
    public IReadOnlyList<TopicJudgments> Topics { get; }

    /// <summary>Finds the judgments of a query.</summary>
    public bool TryGetTopic(string queryId, [NotNullWhen(true)] out TopicJudgments? topic) => _topics.TryGetValue(queryId, out topic);

    /// <summary>Whether the pair was judged with a grade of 1 or more; a pair that is not listed is not relevant.</summary>
    public bool IsRelevant(string queryId, string documentId) => _topics.TryGetValue(queryId, out TopicJudgments? topic) && topic.IsRelevant(documentId);
}
