using System.Text;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Evaluating;

/// <summary>
/// The files of <c>--runs</c>: a TREC run of each system and the set's labels as TREC qrels, so that trec_eval can check every figure; and the judgments,
/// so that <c>--judge recorded:FILE</c> replays them.
/// </summary>
/// <remarks>TREC's format does not allow white space inside an id. If a set has such ids, all its ids are percent-encoded in runs and qrels.</remarks>
internal sealed class RunFiles
{
    /// <summary>Hits of a ranking that are written: trec_eval's custom, and what an engine gives at most.</summary>
    private const int Depth = 1000;

    private const string PartialJudgments = "judgments.partial.jsonl";

    private readonly string _folder;
    private readonly EvaluationSet _set;
    private readonly string[] _systems;
    private readonly RankedList?[,] _rankings;
    private readonly IReadOnlyList<JudgedHit>[] _judged;

    /// <exception cref="IOException">The folder cannot be made.</exception>
    public RunFiles(string folder, EvaluationSet set, string[] systems)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _set = set;
        _systems = systems;
        _rankings = new RankedList?[set.Queries.Count, systems.Length];
        _judged = [.. Enumerable.Repeat<IReadOnlyList<JudgedHit>>([], set.Queries.Count)];
        IEnumerable<string> ids = set.Queries.Select(static query => query.Id).Concat(set.Documents.Select(static document => document.Id));
        EncodesIds = ids.Any(static id => id.Any(char.IsWhiteSpace));
    }

    /// <summary>Whether ids are percent-encoded to fit the format.</summary>
    public bool EncodesIds { get; }

    /// <summary>Adds the results of one query. Safe for concurrent use by different queries.</summary>
    /// <param name="query">The query's index in the set.</param>
    /// <param name="sample">The judged hits.</param>
    /// <param name="rankings">One for each system.</param>
    public void Keep(int query, IReadOnlyList<JudgedHit> sample, IEnumerable<RankedList> rankings)
    {
        _judged[query] = sample;
        foreach ((int system, RankedList ranking) in rankings.Index())
        {
            _rankings[query, system] = new(ranking.Take(Depth).Select(hit => hit with { DocumentId = Column(hit.DocumentId) }));
        }
    }

    /// <summary>Writes everything.</summary>
    /// <param name="engine">Part of the runs' names.</param>
    /// <param name="judge">Part of the runs' names.</param>
    public void Write(string engine, string judge)
    {
        for (int system = 0; system < _systems.Length; system++)
        {
            Run run = new(_systems[system]);
            for (int query = 0; query < _set.Queries.Count; query++)
            {
                if (_rankings[query, system] is { } ranking)
                {
                    run.Add(Column(_set.Queries[query].Id), ranking);
                }
            }

            TrecRunFile.Write(Path.Combine(_folder, FileName($"{_set.Name}.{engine}.{judge}.{_systems[system]}.run")), run);
        }

        WriteQrels();
        string judgments = WriteJudgments("judgments.jsonl");
        DeletePartOf(judgments);
    }

    /// <summary>Saves the judgments after a failure, because they cost time and money.</summary>
    /// <returns>The file; null if there are no judgments.</returns>
    public string? SaveJudgments() => Array.Exists(_judged, static sample => sample.Count > 0) ? WriteJudgments(PartialJudgments) : null;

    /// <summary>Deletes the judgments saved by an interrupted evaluation if all their pairs were judged again. Those of a larger evaluation stay.</summary>
    private void DeletePartOf(string judgments)
    {
        string part = Path.Combine(_folder, PartialJudgments);
        try
        {
            if (File.Exists(part) && Pairs(part).IsSubsetOf(Pairs(judgments)))
            {
                File.Delete(part);
            }
        }
        catch (EvaluationFileException)
        {
            // Another kind of file, or one without judged pairs; it is kept.
        }
    }

    private HashSet<(string Query, string Document)> Pairs(string file) =>
        [.. RecordedJudgmentFile.Read(file, _set.Name).Select(static judgment => (judgment.Query, judgment.Doc))];

    private string WriteJudgments(string name)
    {
        string path = Path.Combine(_folder, name);
        RecordedJudgmentFile.Write(
            path,
            from query in _set.Queries.Index()
            from hit in _judged[query.Index]
            where hit.Judgment.HasValue
            let judgment = hit.Judgment.GetValueOrDefault()
            select new RecordedJudgment(_set.Name, query.Item.Id, hit.Document.DocumentId, Mass(judgment.Yes), Mass(judgment.No)));
        return path;
    }

    private void WriteQrels()
    {
        using StreamWriter writer = new(Path.Combine(_folder, FileName($"{_set.Name}.{_set.Split}.qrels"))) { NewLine = "\n" };
        for (int query = 0; query < _set.Queries.Count; query++)
        {
            if (_rankings[query, 0] is not null)
            {
                TopicJudgments topic = _set.Queries[query].Judgments;
                foreach ((string document, int grade) in topic.Grades)
                {
                    writer.WriteLine($"{Column(topic.QueryId)} 0 {Column(document)} {grade}");
                }
            }
        }
    }

    // Servers round logarithms, so the sum of their exponentials can be slightly above 1.
    private static double Mass(double mass) => Math.Min(mass, 1);

    private string Column(string id)
    {
        if (!EncodesIds)
        {
            return id;
        }

        StringBuilder column = new(id.Length);
        foreach (char letter in id)
        {
            column.Append(char.IsWhiteSpace(letter) || letter == '%' ? Uri.HexEscape(letter) : letter.ToString());
        }

        return column.ToString();
    }

    private static string FileName(string name) =>
        string.Concat(name.Select(static letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_' or '@' ? letter : '-'));
}
