using System.CommandLine;
using EsRefine.Configuration;
using EsRefine.Evaluating;
using EsRefine.Evaluation.Files;
using EsRefine.Judging;

namespace EsRefine.Commands;

/// <summary><c>esrefine eval</c>: measures how much refinement improves the rankings of a labeled set.</summary>
internal static class EvalCommand
{
    public static Verb Create()
    {
        Verb verb = new("eval", "Measures how refinement changes the rankings of a labeled set: MAP, nDCG@10 and Recall@100 before and after.")
        {
            Examples =
            [
                new("the paper's setting: exact search, the set's own labels as judge",
                    "esrefine eval --data clinc150 --exact --judge qrels --rules kl-adam,rocchio@0.3"),
                new("on a real cluster, with a simulated judge that makes errors; first loads the set into a separate index",
                    "esrefine eval --data clinc150 --elasticsearch http://localhost:9200 --judge llm-noise --json figures.json"),
                new("a language model as judge; its judgments are saved",
                    "esrefine eval --data clinc150 --opensearch http://localhost:9200 --judge chat --judge-url http://localhost:8085/v1 --judge-model any "
                    + "--runs runs"),
                new("other rules with the saved judgments, without the model",
                    "esrefine eval --data clinc150 --opensearch http://localhost:9200 --judge recorded:runs/judgments.jsonl --rules rocchio@0.2,rocchio@0.5"),
            ],
        };
        EvalFlags flags = new(verb);
        verb.SetAction((parsed, cancellationToken) => RunAsync(flags, parsed, cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(EvalFlags flags, ParseResult parsed, CancellationToken cancellationToken)
    {
        InvocationConfiguration streams = parsed.InvocationConfiguration;
        EvaluationSettings? settings = null;
        try
        {
            settings = flags.Read(parsed);
            EvaluationReport report = await new EvaluationPlayer(settings, TimeProvider.System, streams.Error).PlayAsync(cancellationToken);
            EvaluationTable.Write(report, streams.Output);
            if (settings.JsonFile is { } file)
            {
                report.Write(file);
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            string judgments = RelevanceJudges.Find(settings?.Judge.Kind)?.Source == JudgmentSource.Live ? ", but requests every judgment again" : "";
            await streams.Error.WriteLineAsync($"Interrupted. The same command reuses the documents that are already embedded and loaded{judgments}.");
            throw;
        }
        catch (EvaluationFileException exception)
        {
            throw new ConfigurationException(exception.Message, exception);
        }
        catch (ConfigurationException exception)
        {
            throw new ConfigurationException([.. exception.Messages.Select(message => JudgeFlags.OfEval(message, settings?.Judge.Url))]);
        }
        catch (Exception exception) when (exception is EvaluationException or JudgeException)
        {
            await streams.Error.WriteLineAsync("esrefine: " + JudgeFlags.OfEval(exception.Message, settings?.Judge.Url));
            return ExitCode.Failed;
        }
    }
}
