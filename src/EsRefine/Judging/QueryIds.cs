using EsRefine.Evaluation.Files;

namespace EsRefine.Judging;

/// <summary>Finds the ids under which judgments of a query are filed, by its exact text, trimmed.</summary>
/// <remarks>
/// Evaluation sets hold a few texts twice, under two ids with judgments of their own. A judge sees only the text, so such ids count as one query:
/// they are asked in file order and the first that has something to say about a document answers.
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
        $"no query in {_path} (judge.queries) has the text of this search, so there are no judgments for it; judge.kind: chat judges any query");
}
