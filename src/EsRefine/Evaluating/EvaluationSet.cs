using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Evaluating;

/// <summary>An evaluation set in memory: its documents, and the queries of one split that can be scored.</summary>
internal sealed record EvaluationSet
{
    public required string Name { get; init; }

    public required string Split { get; init; }

    public required CandidatePool Pool { get; init; }

    public required IReadOnlyList<BeirDocument> Documents { get; init; }

    /// <summary>The queries to play, in file order.</summary>
    public required IReadOnlyList<EvaluationQuery> Queries { get; init; }

    /// <summary>The number of queries of the split without a relevant document. Their rankings cannot be compared.</summary>
    public required int QueriesWithoutRelevant { get; init; }

    /// <summary>Warnings about the files, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <param name="folder">A folder in BEIR's layout.</param>
    /// <param name="split">Names the qrels.</param>
    /// <param name="most">How many queries at most, in file order; null = all.</param>
    /// <exception cref="EvaluationFileException">A file is missing or malformed, or no query can be scored.</exception>
    /// <exception cref="EvaluationException">The corpus is empty.</exception>
    public static EvaluationSet Read(string folder, string split, int? most)
    {
        BeirSet set = BeirSet.Open(folder);
        Qrels qrels = set.ReadQrels(split);
        IReadOnlyList<BeirQuery> queries = set.ReadQueries();
        EvaluationQuery[] scorable =
        [
            .. from query in queries
               let judgments = qrels.TryGetTopic(query.Id, out TopicJudgments? topic) ? topic : null
               where judgments?.RelevantCount > 0
               select new EvaluationQuery(query.Id, query.Text, judgments),
        ];
        if (scorable.Length == 0)
        {
            throw new EvaluationFileException(
                folder, $"no query of the split '{split}' has a relevant document; do the ids of queries.jsonl and qrels/{split}.tsv agree?");
        }

        BeirDocument[] documents = [.. set.ReadCorpus()];
        if (documents.Length == 0)
        {
            throw new EvaluationException($"{folder}: corpus.jsonl holds no document; download it again");
        }

        return new()
        {
            Name = set.Name,
            Split = split,
            Pool = set.Pool,
            Documents = documents,
            Queries = [.. scorable.Take(most ?? scorable.Length)],
            QueriesWithoutRelevant = qrels.Topics.Count(static topic => topic.RelevantCount == 0),
            Warnings = [.. Check(qrels, queries, documents)],
        };
    }

    private static IEnumerable<string> Check(Qrels qrels, IReadOnlyList<BeirQuery> queries, BeirDocument[] documents)
    {
        HashSet<string> queryIds = [.. queries.Select(static query => query.Id)];
        if (qrels.Topics.Count(topic => !queryIds.Contains(topic.QueryId)) is > 0 and int unknownQueries)
        {
            yield return $"the qrels name {unknownQueries} queries that queries.jsonl lacks; they are left out";
        }

        HashSet<string> documentIds = [.. documents.Select(static document => document.Id)];
        HashSet<string> listed = [.. qrels.Topics.SelectMany(static topic => topic.Grades.Keys)];
        if (listed.Count(id => !documentIds.Contains(id)) is > 0 and int unknownDocuments)
        {
            yield return $"the qrels name {unknownDocuments} documents that corpus.jsonl lacks; the relevant ones count as never found";
        }
    }
}

/// <summary>A query that can be scored.</summary>
/// <param name="Id">Unique in the set.</param>
/// <param name="Text">What is searched for.</param>
/// <param name="Judgments">The set's labels. Rankings are scored with them; they are also the pool if that is <see cref="CandidatePool.Listed"/>.</param>
internal sealed record EvaluationQuery(string Id, string Text, TopicJudgments Judgments);
