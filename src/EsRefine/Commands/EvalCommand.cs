using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Evaluating;
using EsRefine.Evaluation.Files;
using EsRefine.Recognition;
using EsRefine.Refinement;

namespace EsRefine.Commands;

/// <summary><c>esrefine eval</c>: how much refinement improves the rankings of a labeled set.</summary>
internal sealed class EvalCommand
{
    private const string DefaultIndexType = "hnsw";
    private const int DefaultDeadlineMs = 600_000;
    private const int DefaultTopLogprobs = 20;

    private readonly Option<string> _data = new("--data") { Description = "A folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv (.gz too).", HelpName = "DIR", Required = true };
    private readonly Option<string> _split = new("--split") { Description = "Which qrels.", HelpName = "NAME", DefaultValueFactory = static _ => "test" };
    private readonly Option<string?> _elasticsearch = new("--elasticsearch") { Description = "Search an Elasticsearch, directly and through the path.", HelpName = "URL" };
    private readonly Option<string?> _openSearch = new("--opensearch") { Description = "The same with an OpenSearch.", HelpName = "URL" };
    private readonly Option<bool> _exact = new("--exact") { Description = "No cluster: compare every query with every document, as the paper does." };
    private readonly Option<string?> _model = new("--model") { Description = "Embedding model, a sentence-transformers folder. [default: all-MiniLM-L6-v2 out of its NuGet package]", HelpName = "DIR" };
    private readonly Option<string> _judge = new("--judge")
    {
        Description = "qrels (the set's labels), llm-noise or weak-noise (labels with reproducible errors), recorded:FILE (a model's earlier answers), chat (a model, asked now).",
        HelpName = "JUDGE", Required = true,
    };

    private readonly Option<string> _rules = new("--rules") { Description = "Rules to compare: kl-adam, rocchio@ANGLE (radians).", HelpName = "RULE,…", DefaultValueFactory = static _ => "kl-adam,rocchio@0.3" };
    private readonly Option<int> _sample = new("--sample") { Description = "Hits judged per query.", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<int?> _queries = new("--queries") { Description = "Only the first N queries, in file order.", HelpName = "N" };
    private readonly Option<string?> _json = new("--json") { Description = "Write the figures to a file too.", HelpName = "FILE" };
    private readonly Option<string?> _runs = new("--runs") { Description = "Write TREC runs, qrels and the judgments (judgments.jsonl, for --judge recorded:FILE) to a folder.", HelpName = "DIR" };
    private readonly Option<string?> _task = new("--task") { Description = "What relevance means in this set, in a sentence for a chat judge.", HelpName = "TEXT" };
    private readonly Option<string?> _judgeUrl = new("--judge-url") { Description = "chat: base URL of an OpenAI-compatible API.", HelpName = "URL" };
    private readonly Option<string?> _judgeModel = new("--judge-model") { Description = "chat: the model's name.", HelpName = "NAME" };
    private readonly Option<string?> _judgeKeyEnv = new("--judge-key-env") { Description = "chat: environment variable that holds the API key.", HelpName = "NAME" };
    private readonly Option<int> _topLogprobs = new("--top-logprobs") { Description = "chat: alternatives asked for per token.", HelpName = "N", DefaultValueFactory = static _ => DefaultTopLogprobs };
    private readonly Option<bool> _drop = new("--drop") { Description = "Delete the index afterwards; it is kept for the next evaluation otherwise." };
    private readonly Option<string> _indexType = new("--index-type") { Description = "Elasticsearch: index_options.type of the vector field.", HelpName = "TYPE", DefaultValueFactory = static _ => DefaultIndexType };
    private readonly Option<int> _deadline = new("--deadline") { Description = "With a cluster: time for one query's sample and judgments; passing it stops the evaluation.", HelpName = "MS", DefaultValueFactory = static _ => DefaultDeadlineMs };

    public static Verb Create()
    {
        EvalCommand command = new();
        Verb verb = new("eval", "Measures what refinement does to the rankings of a labeled set: MAP, nDCG@10, Recall@100 before and after, with a paired test.")
        {
            Examples =
            [
                new("the paper's setting: exact search, the set's own labels as judge", "esrefine eval --data clinc150 --exact --judge qrels --rules kl-adam,rocchio@0.3"),
                new("through a real cluster, with a judge that errs; loads the set into an index of its own first",
                    "esrefine eval --data clinc150 --elasticsearch http://localhost:9200 --judge llm-noise --json figures.json"),
                new("a language model as judge; its judgments are kept",
                    "esrefine eval --data clinc150 --opensearch http://localhost:9210 --judge chat --judge-url http://localhost:8085/v1 --judge-model any --runs runs"),
                new("the same judgments again, for other rules, without the model", "esrefine eval --data clinc150 --exact --judge recorded:runs/judgments.jsonl --rules rocchio@0.2,rocchio@0.5"),
            ],
        };
        foreach (Option option in command.Options)
        {
            verb.Add(option);
        }

        verb.SetAction((parsed, cancellationToken) => command.RunAsync(parsed, cancellationToken));
        return verb;
    }

    private IEnumerable<Option> Options =>
    [
        _data, _split, _elasticsearch, _openSearch, _exact, _model, _judge, _rules, _sample, _queries, _json, _runs,
        _task, _judgeUrl, _judgeModel, _judgeKeyEnv, _topLogprobs, _drop, _indexType, _deadline,
    ];

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        InvocationConfiguration streams = parsed.InvocationConfiguration;
        try
        {
            EvaluationReport report = await new EvaluationPlayer(Read(parsed), TimeProvider.System, streams.Error).PlayAsync(cancellationToken);
            EvaluationTable.Write(report, streams.Output);
            if (parsed.GetValue(_json) is { } json)
            {
                report.Write(json);
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await streams.Error.WriteLineAsync("Interrupted. The same command goes on from the documents that are embedded and loaded.");
            throw;
        }
        catch (EvaluationFileException exception)
        {
            throw new ConfigurationException(exception.Message, exception);
        }
        catch (EvaluationException exception)
        {
            await streams.Error.WriteLineAsync("esrefine: " + exception.Message);
            return ExitCode.Failed;
        }
    }

    /// <exception cref="ConfigurationException">The flags contradict one another.</exception>
    private EvaluationSettings Read(ParseResult parsed) => new()
    {
        Data = parsed.GetRequiredValue(_data),
        Split = parsed.GetRequiredValue(_split),
        Cluster = ReadCluster(parsed),
        Model = parsed.GetValue(_model),
        Judge = ReadJudge(parsed),
        Task = parsed.GetValue(_task),
        Rules = ReadRules(parsed.GetRequiredValue(_rules)),
        Sample = parsed.GetValue(_sample) is >= 2 and int sample ? sample : throw new ConfigurationException("--sample takes 2 or more: fewer judgments show no direction"),
        Queries = parsed.GetValue(_queries) is null or >= 1 ? parsed.GetValue(_queries) : throw new ConfigurationException("--queries takes 1 or more; leave it out for all"),
        RunsFolder = parsed.GetValue(_runs),
    };

    private ClusterSettings? ReadCluster(ParseResult parsed)
    {
        (string? elasticsearch, string? openSearch, bool exact) = (parsed.GetValue(_elasticsearch), parsed.GetValue(_openSearch), parsed.GetValue(_exact));
        if ((elasticsearch is null ? 0 : 1) + (openSearch is null ? 0 : 1) + (exact ? 1 : 0) != 1)
        {
            throw new ConfigurationException("name one of --elasticsearch URL, --opensearch URL and --exact: what is to answer the queries");
        }

        string indexType = parsed.GetRequiredValue(_indexType);
        if (indexType != DefaultIndexType && elasticsearch is null)
        {
            throw new ConfigurationException("--index-type belongs to --elasticsearch");
        }

        if (exact)
        {
            return parsed.GetValue(_drop) ? throw new ConfigurationException("--drop belongs to a cluster; --exact makes no index") : null;
        }

        int deadlineMs = parsed.GetValue(_deadline) is >= 1 and int deadline ? deadline : throw new ConfigurationException("--deadline takes milliseconds, 1 or more");
        return new(
            elasticsearch is null ? EngineDialect.OpenSearch : EngineDialect.Elasticsearch,
            elasticsearch is null ? ParseUrl(openSearch!, "--opensearch") : ParseUrl(elasticsearch, "--elasticsearch"),
            indexType,
            TimeSpan.FromMilliseconds(deadlineMs),
            parsed.GetValue(_drop));
    }

    private JudgeSettings ReadJudge(ParseResult parsed)
    {
        string judge = parsed.GetRequiredValue(_judge);
        string data = parsed.GetRequiredValue(_data);
        string queries = PlainOrPacked(Path.Combine(data, "queries.jsonl"));
        string qrels = PlainOrPacked(Path.Combine(data, "qrels", parsed.GetRequiredValue(_split) + ".tsv"));
        return judge switch
        {
            "qrels" => new() { Kind = "qrels", File = qrels, Queries = queries },
            "llm-noise" => new() { Kind = "qrels", Noise = "llm", File = qrels, Queries = queries },
            "weak-noise" => new() { Kind = "qrels", Noise = "weak", File = qrels, Queries = queries },
            _ when judge.StartsWith("recorded:", StringComparison.Ordinal) =>
                new() { Kind = "recorded", File = judge["recorded:".Length..], Queries = queries, Set = BeirSet.Open(data).Name },
            "chat" => new()
            {
                Kind = "chat",
                Url = ParseUrl(
                    parsed.GetValue(_judgeUrl) ?? throw new ConfigurationException("--judge chat needs --judge-url URL, such as http://localhost:8085/v1"), "--judge-url"),
                Model = parsed.GetValue(_judgeModel),
                ApiKeyEnv = parsed.GetValue(_judgeKeyEnv),
                TopLogprobs = parsed.GetValue(_topLogprobs),
            },
            _ => throw new ConfigurationException($"no judge '{judge}'; there are qrels, llm-noise, weak-noise, recorded:FILE and chat"),
        };
    }

    private static List<IRefinementRule> ReadRules(string names)
    {
        List<IRefinementRule> rules = [];
        foreach (string name in names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            IRefinementRule rule = RefinementRules.TryParse(name, out IRefinementRule? known)
                ? known
                : throw new ConfigurationException($"there is no refinement rule '{name}'; use {string.Join(" or ", RefinementRules.Names)} (ANGLE in radians), several with commas between them");
            if (rules.Exists(other => other.Name == rule.Name))
            {
                throw new ConfigurationException($"--rules names {rule.Name} twice");
            }

            rules.Add(rule);
        }

        return rules.Count > 0 ? rules : throw new ConfigurationException($"--rules is empty; use {string.Join(" or ", RefinementRules.Names)} (ANGLE in radians)");
    }

    private static Uri ParseUrl(string text, string flag) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw new ConfigurationException($"{flag} '{text}' is not a URL; write http://host:port");

    private static string PlainOrPacked(string path) => File.Exists(path) ? path : path + ".gz";
}
