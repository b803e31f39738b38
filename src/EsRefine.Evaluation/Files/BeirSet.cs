using System.Text.Json;

namespace EsRefine.Evaluation.Files;

/// <summary>An evaluation set in BEIR's layout: a corpus, queries and relevance judgments.</summary>
/// <remarks>
/// <code>
/// corpus.jsonl[.gz]       {"_id": "d1", "title": "…", "text": "…"}     title is optional
/// queries.jsonl[.gz]      {"_id": "q1", "text": "…"}
/// qrels/SPLIT.tsv[.gz]    tab-separated query-id, corpus-id, score, with that header
/// meta.json               {"name": "…", "pool": "corpus" or "listed"}  optional; defaults: the folder's name, corpus
/// </code>
/// If a file exists both plain and compressed, the plain file is read. Every method that reads throws <see cref="EvaluationFileException"/> if a file is
/// missing or malformed.
/// </remarks>
public sealed class BeirSet
{
    private readonly string _corpusPath;
    private readonly string _queriesPath;

    private BeirSet(string folder, string name, CandidatePool pool)
    {
        Folder = folder;
        Name = name;
        Pool = pool;
        _corpusPath = Require(folder, "corpus.jsonl");
        _queriesPath = Require(folder, "queries.jsonl");
        Splits = FindSplits(folder);
    }

    /// <summary>The folder of the set.</summary>
    public string Folder { get; }

    /// <summary>The set's name from <c>meta.json</c>, or else the folder's name.</summary>
    public string Name { get; }

    /// <summary>The documents that each query is ranked against.</summary>
    public CandidatePool Pool { get; }

    /// <summary>The splits that have qrels (<c>test</c>, <c>dev</c>), sorted.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <summary>Opens a set. Reads <c>meta.json</c> and checks that the other files exist.</summary>
    /// <exception cref="EvaluationFileException">The folder or one of its files is missing, or <c>meta.json</c> is malformed.</exception>
    public static BeirSet Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new EvaluationFileException(folder, "there is no such folder; name one that holds corpus.jsonl, queries.jsonl and qrels/");
        }

        (string? name, CandidatePool pool) = ReadMeta(Path.Combine(folder, "meta.json"));
        return new(folder, name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), pool);
    }

    /// <summary>Streams the corpus in file order. Only the ids seen so far are kept in memory, to find duplicates.</summary>
    public IEnumerable<BeirDocument> ReadCorpus() => BeirRecordReader.ReadDocuments(_corpusPath);

    /// <summary>Reads the queries of all splits, in file order.</summary>
    public IReadOnlyList<BeirQuery> ReadQueries() => [.. BeirRecordReader.ReadQueries(_queriesPath)];

    /// <summary>Reads the judgments of a split.</summary>
    /// <exception cref="EvaluationFileException">The split does not exist (the message lists the existing ones), or its file is malformed.</exception>
    public Qrels ReadQrels(string split)
    {
        string file = Path.Combine("qrels", split + ".tsv");
        if (!Splits.Contains(split) || NumberedLines.Find(Folder, file) is not { } path)
        {
            string choice = Splits.Count == 0 ? "qrels/ holds none" : $"there are: {string.Join(", ", Splits)}";
            throw new EvaluationFileException(Path.Combine(Folder, file), $"there is no split '{split}'; {choice}");
        }

        return QrelsFile.ReadBeir(path);
    }

    private static string Require(string folder, string name) => NumberedLines.Find(folder, name)
        ?? throw new EvaluationFileException(folder, $"holds neither {name} nor {name}.gz; a set in BEIR's layout needs one of them");

    private static string[] FindSplits(string folder)
    {
        string qrels = Path.Combine(folder, "qrels");
        if (!Directory.Exists(qrels))
        {
            throw new EvaluationFileException(folder, "holds no folder qrels; a set in BEIR's layout keeps its judgments in qrels/SPLIT.tsv");
        }

        return
        [
            .. Directory.EnumerateFiles(qrels)
                .Select(static path => Path.GetFileName(path))
                .Select(static name => name.EndsWith(".tsv.gz", StringComparison.Ordinal) ? name[..^".gz".Length] : name)
                .Where(static name => name.EndsWith(".tsv", StringComparison.Ordinal))
                .Select(static name => name[..^".tsv".Length])
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private static (string? Name, CandidatePool Pool) ReadMeta(string path)
    {
        if (!File.Exists(path))
        {
            return (null, CandidatePool.Corpus);
        }

        try
        {
            using JsonDocument meta = JsonDocument.Parse(File.ReadAllText(path));
            return (Text(meta.RootElement, "name", path), Text(meta.RootElement, "pool", path) switch
            {
                null or "corpus" => CandidatePool.Corpus,
                "listed" => CandidatePool.Listed,
                string other => throw new EvaluationFileException(path, $"pool is '{other}', but only 'corpus' and 'listed' are known"),
            });
        }
        catch (JsonException exception)
        {
            throw new EvaluationFileException(path, (int)(exception.LineNumber ?? 0) + 1, "is not JSON: check the commas and quotes here", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EvaluationFileException(path, $"cannot be read: {exception.Message}", exception);
        }
    }

    private static string? Text(JsonElement meta, string property, string path)
    {
        if (meta.ValueKind != JsonValueKind.Object)
        {
            throw new EvaluationFileException(path, "must hold a JSON object with name and pool");
        }

        return !meta.TryGetProperty(property, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : throw new EvaluationFileException(path, $"{property} must be a string, but it is {value.GetRawText()}");
    }
}
