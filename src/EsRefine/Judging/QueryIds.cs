using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>Finds the ids of a query by its exact text, trimmed.</summary>
/// <remarks>
/// Evaluation sets hold a few texts twice, under two ids with different judgments. A judge sees only the text, so such ids count as one query:
/// for each document the first id in file order that has a judgment is used.
/// </remarks>
internal sealed class QueryIds
{
    private readonly Dictionary<string, List<string>> _ids = new(StringComparer.Ordinal);
    private readonly string _path;

    /// <param name="path">A BEIR <c>queries.jsonl</c>.</param>
    /// <exception cref="EvaluationFileException">The file cannot be read.</exception>
    public QueryIds(string path)
    {
        _path = path;
        foreach (BeirQuery query in QueriesFile.Read(path))
        {
            string text = query.Text.Trim();
            if (!_ids.TryGetValue(text, out List<string>? ids))
            {
                _ids.Add(text, ids = []);
            }

            ids.Add(query.Id);
        }
    }

    /// <summary>At least one id, in file order.</summary>
    /// <exception cref="JudgeException">No query has this text.</exception>
    public IReadOnlyList<string> Of(string queryText) => _ids.TryGetValue(queryText.Trim(), out List<string>? ids) ? ids : throw new JudgeException(
        $"no query in {_path} (judge.queries) has the text of this search, so it cannot be judged; judge.kind: chat judges any query");
}
