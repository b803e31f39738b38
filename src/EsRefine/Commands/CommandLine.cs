using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using EsRefine.Configuration;

namespace EsRefine.Commands;

/// <summary>
/// The verbs of <c>esrefine</c>. Results are written to the output; progress, warnings and errors to the error stream. Returns an <see cref="ExitCode"/>.
/// </summary>
internal static class CommandLine
{
    /// <summary>Every verb, in the order of the help.</summary>
    private static Verb[] Verbs(IReadOnlyDictionary<string, string> environment) =>
    [
        RunCommand.Create(environment),
        DemoCommand.Create(environment),
        ConfigCommand.Create(environment),
        EvalCommand.Create(),
        VersionCommand.Create(),
    ];

    /// <summary>Runs the verb in the arguments, or <c>run</c> if there is none.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives everything else.</param>
    /// <param name="environment">Environment variables; null = the process's.</param>
    /// <param name="cancellationToken">Interrupts the verb, as SIGINT and SIGTERM do.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(
        IReadOnlyList<string> arguments, TextWriter output, TextWriter error,
        IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = Root(environment ?? ProcessEnvironment()).Parse(WithVerb(arguments));
        if (parsed.Action is ParseErrorAction)
        {
            return await FailAsync(error, UsageErrors.Of(parsed), ExitCode.Usage);
        }

        try
        {
            InvocationConfiguration invocation = new()
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = Timeouts.StopTimeout,
            };
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (ConfigurationException exception)
        {
            return await FailAsync(error, exception.Messages, ExitCode.Usage);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or Judging.JudgeException)
        {
            return await FailAsync(error, [exception.Message], ExitCode.Failed);
        }
        catch (Exception exception)   // a bug: a report needs the stack trace
        {
            return await FailAsync(error, [exception.ToString()], ExitCode.Failed);
        }
    }

    private static RootCommand Root(IReadOnlyDictionary<string, string> environment)
    {
        RootCommand root = new("Refines the query vectors of kNN searches on their way to Elasticsearch or OpenSearch. Without a verb: run.");
        foreach (Verb verb in Verbs(environment))
        {
            root.Add(verb);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static IReadOnlyList<string> WithVerb(IReadOnlyList<string> arguments) => arguments is ["help", ..] ? [.. arguments.Skip(1), "--help"]
        : arguments is [] || (arguments[0] is ['-', ..] and not ("-h" or "-?" or "--help" or "--version")) ? ["run", .. arguments] : arguments;

    private static async Task<int> FailAsync(TextWriter error, IEnumerable<string> messages, int exitCode)
    {
        foreach (string message in messages)
        {
            await error.WriteLineAsync("esrefine: " + message);
        }

        return exitCode;
    }

    private static Dictionary<string, string> ProcessEnvironment() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
}
