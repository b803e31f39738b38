using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Evaluating;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Commands;

/// <summary>The flags of <c>esrefine eval</c>.</summary>
internal sealed class EvalFlags
{
    private const string PlainIndexType = "hnsw";

    private readonly Command _command;
    private readonly Option<string?> _data;
    private readonly Option<string> _split;
    private readonly Option<string?> _elasticsearch;
    private readonly Option<string?> _openSearch;
    private readonly Option<bool> _exact;
    private readonly Option<string?> _model;
    private readonly EvalJudgeFlags _judge;
    private readonly Option<string> _rules;
    private readonly Option<int> _sample;
    private readonly Option<int?> _queries;
    private readonly Option<string?> _json;
    private readonly Option<string?> _runs;
    private readonly Option<string?> _task;
    private readonly Option<string> _indexType;
    private readonly Option<int> _deadline;
    private readonly Option<bool> _drop;

    public EvalFlags(Command command)
    {
        _command = command;
        _data = Add<string?>("--data", "DIR", "The set, a folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv (or .gz). [required]");
        _split = Add("--split", "NAME", "The split of the qrels.", "test");
        _elasticsearch = Add<string?>("--elasticsearch", "URL", "Search this Elasticsearch, directly and through the pipeline.");
        _openSearch = Add<string?>("--opensearch", "URL", "Search this OpenSearch, directly and through the pipeline.");
        _exact = Add<bool>("--exact", null, "No cluster: compare every query with every document, as the paper does.");
        _model = Add<string?>("--model", "DIR", "Embedding model, a sentence-transformers folder. [default: all-MiniLM-L6-v2 from its NuGet package]");
        _judge = new EvalJudgeFlags(command);
        _rules = Add("--rules", "RULE,…", $"Refinement rules to compare: {RefinementRules.Choice}.", "kl-adam,rocchio@0.3");
        _sample = Add("--sample", "N", "Hits judged per query.", 20);
        _queries = Add<int?>("--queries", "N", "Only the first N queries, in file order.");
        _json = Add<string?>("--json", "FILE", "Also write the figures to a file.");
        _runs = Add<string?>("--runs", "DIR", "Write TREC runs and qrels, and the judgments (judgments.jsonl, for --judge recorded:FILE).");
        _task = Add<string?>("--task", "TEXT", "What relevance means in this set, in a sentence for a chat judge.");
        _indexType = Add("--index-type", "TYPE", "Elasticsearch: index_options.type of the vector field.", PlainIndexType);
        _deadline = Add("--deadline", "MS", "With a cluster: time for one query's sample and judgments. The evaluation stops if it is exceeded.", 600_000);
        _drop = Add<bool>("--drop", null, "With a cluster: delete the index afterwards. Otherwise the next evaluation reuses it.");
    }

    /// <summary>Reads the settings of the evaluation.</summary>
    /// <exception cref="ConfigurationException">A flag is missing, or two contradict each other.</exception>
    /// <exception cref="EvaluationFileException">The set's folder cannot be read.</exception>
    public EvaluationSettings Read(ParseResult parsed)
    {
        string data = Required(parsed, _data);
        string split = parsed.GetRequiredValue(_split);
        return new()
        {
            Data = data,
            Split = split,
            Cluster = ReadCluster(parsed),
            Model = ReadModel(parsed),
            Judge = _judge.Read(parsed, new LabeledSet(data, split)),
            Task = parsed.GetValue(_task),
            Rules = ReadRules(parsed.GetRequiredValue(_rules)),
            Sample = AtLeast(2, parsed.GetValue(_sample), _sample, "fewer judgments give no direction"),
            Queries = parsed.GetValue(_queries) is { } queries ? AtLeast(1, queries, _queries, "omit it to run all queries") : null,
            JsonFile = ReadJsonFile(parsed),
            RunsFolder = ReadRunsFolder(parsed),   // last, because it creates the folder
        };
    }

    private string? ReadModel(ParseResult parsed) => parsed.GetValue(_model) is { } folder && !Directory.Exists(folder)
        ? throw new ConfigurationException(
            $"{_model.Name}: the folder {folder} does not exist; use a sentence-transformers folder, or omit {_model.Name} for all-MiniLM-L6-v2")
        : parsed.GetValue(_model);

    private ClusterSettings? ReadCluster(ParseResult parsed)
    {
        (string? elasticsearch, string? openSearch, bool exact) = (parsed.GetValue(_elasticsearch), parsed.GetValue(_openSearch), parsed.GetValue(_exact));
        string indexType = parsed.GetRequiredValue(_indexType);
        bool drop = parsed.GetValue(_drop);
        TimeSpan deadline = TimeSpan.FromMilliseconds(AtLeast(1, parsed.GetValue(_deadline), _deadline, "milliseconds"));
        if (indexType != PlainIndexType && elasticsearch is null)
        {
            throw new ConfigurationException($"{_indexType.Name} requires {_elasticsearch.Name}");
        }

        return (elasticsearch, openSearch, exact) switch
        {
            (not null, null, false) => new(EngineDialect.Elasticsearch, ParseUrl(elasticsearch, _elasticsearch), indexType, deadline, drop),
            (null, not null, false) => new(EngineDialect.OpenSearch, ParseUrl(openSearch, _openSearch), indexType, deadline, drop),
            (null, null, true) when drop => throw new ConfigurationException($"{_drop.Name} requires a cluster; {_exact.Name} creates no index"),
            (null, null, true) => null,
            _ => throw new ConfigurationException(
                $"use exactly one of {_elasticsearch.Name} URL, {_openSearch.Name} URL and {_exact.Name}: it determines what answers the queries"),
        };
    }

    private List<IRefinementRule> ReadRules(string names)
    {
        List<IRefinementRule> rules = [];
        foreach (string name in names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            IRefinementRule rule = RefinementRules.TryParse(name, out IRefinementRule? known)
                ? known
                : throw new ConfigurationException(
                    $"{_rules.Name} must be {RefinementRules.Choice}, or several separated by commas, not '{name}'");
            if (rules.Exists(other => other.Name == rule.Name))
            {
                throw new ConfigurationException($"{_rules.Name} names {rule.Name} twice");
            }

            rules.Add(rule);
        }

        return rules.Count > 0 ? rules : throw new ConfigurationException($"{_rules.Name} is empty; use {RefinementRules.Choice}");
    }

    /// <summary>Checks the file before the evaluation, which may take an hour and whose figures would otherwise be lost.</summary>
    private string? ReadJsonFile(ParseResult parsed)
    {
        if (parsed.GetValue(_json) is not { } file)
        {
            return null;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "";
        return Directory.Exists(folder) ? file : throw new ConfigurationException($"{_json.Name} {file}: the folder {folder} does not exist; create it first");
    }

    /// <summary>Creates the folder and checks before the evaluation that it is writable.</summary>
    private string? ReadRunsFolder(ParseResult parsed)
    {
        if (parsed.GetValue(_runs) is not { } folder)
        {
            return null;
        }

        try
        {
            string probe = Path.Combine(Directory.CreateDirectory(folder).FullName, Path.GetRandomFileName());
            using FileStream written = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException(
                $"{_runs.Name} {folder}: the folder is not writable ({exception.Message.TrimEnd('.')}); use a folder that can be created", exception);
        }
    }

    private static string Required(ParseResult parsed, Option<string?> option) => parsed.GetValue(option)
        ?? throw new ConfigurationException($"{option.Name} {option.HelpName} is missing; esrefine eval --help shows examples");

    private static int AtLeast(int least, int value, Option option, string why) =>
        value >= least ? value : throw new ConfigurationException($"{option.Name} must be {least} or more: {why}");

    private static Uri ParseUrl(string text, Option option) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
        ? url
        : throw new ConfigurationException($"{option.Name} '{text}' is not a URL; use http://host:port");

    private Option<T> Add<T>(string name, string? placeholder, string about)
    {
        Option<T> option = new(name) { Description = about, HelpName = placeholder };
        _command.Add(option);
        return option;
    }

    private Option<T> Add<T>(string name, string placeholder, string about, T preset)
    {
        Option<T> option = Add<T>(name, placeholder, about);
        option.DefaultValueFactory = _ => preset;
        return option;
    }
}
