using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EsRefine.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>The examples, ready to paste, the simplest first.</summary>
    public required IReadOnlyList<Example> Examples { get; init; }
}

/// <summary>An example in the help.</summary>
/// <param name="Shows">What the command does.</param>
/// <param name="CommandLine">The command.</param>
internal readonly record struct Example(string Shows, string CommandLine);

/// <summary>Prints the library's help, then the examples of the verb, or the first example of every verb if none is given.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        Command command = parseResult.CommandResult.Command;
        IEnumerable<Example> examples = command is Verb verb
            ? verb.Examples
            : command.Subcommands.OfType<Verb>().Select(subcommand => subcommand.Examples[0]);

        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (Example example in examples)
        {
            output.WriteLine($"  # {example.Shows}");
            output.WriteLine($"  {example.CommandLine}");
            output.WriteLine();
        }

        return exitCode;
    }
}
