using System.CommandLine;
using System.CommandLine.Parsing;
using EsRefine.Configuration;

namespace EsRefine.Commands;

/// <summary>The errors of a command line, with the flag or verb that was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>One message per error.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string usage = command is RootCommand ? "esrefine --help" : $"esrefine {command.Name} --help";
        bool afterUnknownFlag = false;
        foreach (string token in parsed.UnmatchedTokens)
        {
            bool isFlag = token.StartsWith('-');
            if (isFlag)
            {
                IEnumerable<string> flags = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
                yield return $"unknown flag '{token}'{Meant(NearestName.Of(token, flags), usage)}";
            }
            else if (!afterUnknownFlag)   // after an unknown flag, it is that flag's value
            {
                yield return command.Subcommands.Count > 0
                    ? $"unknown verb '{token}'{Meant(NearestName.Of(token, command.Subcommands.Select(verb => verb.Name)), usage)}"
                    : $"unexpected argument '{token}'; see {usage}";
            }

            afterUnknownFlag = isFlag;
        }

        if (parsed.UnmatchedTokens.Count == 0)
        {
            foreach (string message in parsed.Errors.Select(Describe).Distinct())
            {
                yield return $"{message}; see {usage}";
            }
        }
    }

    // The library's own messages name .NET types.
    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is not { } result || (result as OptionResult ?? result.Parent as OptionResult) is not { Option: { } option } given)
        {
            return error.Message.TrimEnd('.');
        }

        return given.Tokens switch
        {
            [] => $"{option.Name} requires a value: {option.HelpName}",
            [{ Value: string text }] => $"{option.Name} must be {(option.ValueType == typeof(bool) ? "true or false" : "a whole number")}, not '{text}'",
            _ => $"{option.Name} takes one value, not {given.Tokens.Count}",
        };
    }

    private static string Meant(string? nearest, string usage) => nearest is null ? $"; {usage} lists the valid ones" : $"; did you mean '{nearest}'?";
}
